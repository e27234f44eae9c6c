//! Handlers, and how they end.

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::{JoinError, JoinSet, yield_now},
};
use tower_socket::{Error, Incoming, Server};

use super::gauge::{Counted, Gauges};

/// What a handler does once it has heard of its client.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Return,
    Panic,
    /// It goes on, until it is cancelled so many turns after it began.
    Cancel(u8),
}

/// One for each connection, in the order of a seed.
#[derive(Debug)]
pub(super) struct Fates(Rng);

/// What became of the connections.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Handled {
    pub(super) returned: usize,
    pub(super) panicked: usize,
    pub(super) cancelled: usize,
    pub(super) turned_away: usize,
}

impl Fates {
    pub(super) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    fn next(&mut self) -> Fate {
        match self.0.u8(..3) {
            0 => Fate::Return,
            1 => Fate::Panic,
            _ => Fate::Cancel(self.0.u8(..20)),
        }
    }
}

impl Handled {
    fn end(&mut self, end: Result<(), JoinError>) {
        match end {
            Ok(()) => self.returned += 1,
            Err(error) if error.is_panic() => self.panicked += 1,
            Err(_) => self.cancelled += 1,
        }
    }

    /// What is none of ours is missing in the end.
    fn refuse(&mut self, error: &Error) {
        match error.is_limit_reached() {
            true => self.turned_away += 1,
            false => eprintln!("{error}"),
        }
    }
}

/// Until the server is closed and the last handler has ended.
pub(super) async fn serve(mut server: Server, gauges: Gauges, mut fates: Fates) -> Handled {
    let (mut handlers, mut handled) = (JoinSet::new(), Handled::default());
    loop {
        tokio::select! {
            Some(end) = handlers.join_next() => handled.end(end),
            accepted = server.accept() => match accepted {
                Some(Ok(connection)) => start(&mut handlers, gauges.count(connection), fates.next()),
                Some(Err(error)) => handled.refuse(&error),
                None => break,
            },
        }
    }
    while let Some(end) = handlers.join_next().await {
        handled.end(end);
    }
    handled
}

fn start(handlers: &mut JoinSet<()>, connection: Counted, fate: Fate) {
    let handler = handlers.spawn(handle(connection, fate));
    if let Fate::Cancel(turns) = fate {
        tokio::spawn(async move {
            for _ in 0..turns {
                yield_now().await;
            }
            handler.abort();
        });
    }
}

/// The client may be gone already, which changes nothing.
async fn handle(mut counted: Counted, fate: Fate) {
    if counted.connection.read_u8().await.is_ok() {
        let _ = counted.connection.write_u8(0).await;
    }
    match fate {
        Fate::Return => {}
        // Like a panic, but nothing is printed.
        Fate::Panic => std::panic::resume_unwind(Box::new("a handler's mistake")),
        Fate::Cancel(_) => std::future::pending().await,
    }
}
