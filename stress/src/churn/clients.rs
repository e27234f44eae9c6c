//! Clients from a few addresses.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::AddAssign,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};

use crate::{Result, clients::reset_on_close};

pub(super) const SOURCES: usize = 4;

/// What a client waits for its end.
const PATIENCE: Duration = Duration::from_secs(20);

/// What clients saw.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) connects: usize,
    pub(super) answered: usize,
}

/// An address of the loopback network.
pub(super) fn source(number: usize) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, 2 + number as u8).into()
}

pub(super) async fn connect_from(source: usize, server: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(self::source(source), 0))?;
    let stream = socket.connect(server).await?;
    reset_on_close(&stream)?;
    Ok(stream)
}

/// So many clients, so many at a time.
pub(super) async fn connect(
    server: SocketAddr,
    connects: usize,
    at_a_time: usize,
) -> Result<Tally> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..at_a_time {
        workers.spawn(work(server, next.clone(), connects));
    }
    let mut tally = Tally::default();
    while let Some(worker) = workers.join_next().await {
        tally += worker??;
    }
    Ok(tally)
}

async fn work(server: SocketAddr, next: Arc<AtomicUsize>, end: usize) -> Result<Tally> {
    let mut tally = Tally::default();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return Ok(tally);
        }
        let answered = timeout(PATIENCE, ask(number, server)).await??;
        tally += Tally { connects: 1, answered: usize::from(answered) };
    }
}

/// Every eighth goes at once. The others stay until the server ends it, or
/// resets it where it was never read from.
async fn ask(number: usize, server: SocketAddr) -> Result<bool> {
    let mut stream = connect_from(number % SOURCES, server).await?;
    if number.is_multiple_of(8) || stream.write_u8(0).await.is_err() {
        return Ok(false);
    }
    let answered = stream.read_u8().await.is_ok();
    let _ = stream.read_u8().await;
    Ok(answered)
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.connects += other.connects;
        self.answered += other.answered;
    }
}
