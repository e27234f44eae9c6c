use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Uri;
use pin_project_lite::pin_project;
use rustls::pki_types::ServerName;

use super::{config::Configuring, handshake::Handshake, trace};
use crate::{
    Connection, ConnectionInfo, Error,
    error::{GivenUp, give_up, given_up_by},
    layers::timeout::Clock,
    uri::{self, Target},
};

pin_project! {
    /// Future of [`Tls`](super::Tls): a connection attempt, then a handshake.
    ///
    /// Dropping it drops the attempt below, or closes the connection in the
    /// middle of its handshake.
    ///
    /// # Panics
    ///
    /// When it is polled after it finished.
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<F> {
        uri: Uri,
        #[pin]
        state: State<F>,
    }

    impl<F> PinnedDrop for Connecting<F> {
        fn drop(mut this: Pin<&mut Self>) {
            give_up(|| {
                let phase = this.phase();
                let left = given_up_by(|| this.as_mut().project().state.set(State::Finished));
                phase.into_iter().fold(left, GivenUp::or_in_phase)
            });
        }
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        // Another layer's: TLS has nothing to do with it.
        Passing { #[pin] inner: F },
        // ## Connecting => (Configuring | Finished)
        Connecting { #[pin] inner: F, plan: Option<Plan> },
        // ## Configuring => (Handshaking | Finished)
        Configuring { ready: Option<(Connection, Plan)> },
        // ## Handshaking => Finished
        Handshaking { handshake: Handshake, clock: Option<Clock> },
        // ## Failed => Finished
        Failed { error: Option<Error> },
        Finished,
    }
}

/// What to do once there is a connection.
pub(super) struct Plan {
    pub(super) config: Configuring,
    pub(super) name: ServerName<'static>,
    pub(super) clock: Option<Clock>,
}

impl<F> Connecting<F> {
    pub(super) fn new(inner: F, uri: Uri, plan: Plan) -> Self {
        Self { uri, state: State::Connecting { inner, plan: Some(plan) } }
    }

    pub(super) fn passing(inner: F) -> Self {
        Self { uri: Uri::default(), state: State::Passing { inner } }
    }

    pub(super) fn failed(error: Error) -> Self {
        Self { uri: Uri::default(), state: State::Failed { error: Some(error) } }
    }

    /// Where a deadline above finds it.
    fn phase(&self) -> Option<String> {
        match &self.state {
            State::Connecting { .. } => Some("before the TLS handshake".into()),
            State::Configuring { ready } => ready.as_ref().map(|(connection, _)| {
                format!("during TLS handshake{}", self.with_peer(connection.info()))
            }),
            State::Handshaking { handshake, .. } => {
                Some(format!("during TLS handshake{}", self.with_peer(handshake.info())))
            }
            State::Passing { .. } | State::Failed { .. } | State::Finished => None,
        }
    }

    /// Nothing where the URI says it.
    fn with_peer(&self, info: &ConnectionInfo) -> String {
        match (uri::target(&self.uri), info.peer_address()) {
            (Ok(Target::Name { .. }), Some(peer)) => format!(" with {peer}"),
            _ => String::new(),
        }
    }
}

impl<F, E> Future for Connecting<F>
where
    F: Future<Output = Result<Connection, E>>,
    E: Into<Error>,
{
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = loop {
            match this.state.as_mut().project() {
                StateProjection::Passing { inner } => {
                    return inner.poll(cx).map_err(Into::into);
                }
                StateProjection::Connecting { inner, plan } => {
                    let connection = match ready!(inner.poll(cx)) {
                        Ok(connection) => connection,
                        Err(error) => break Err(error.into()),
                    };
                    let ready = plan.take().map(|plan| (connection, plan));
                    this.state.set(State::Configuring { ready });
                }
                StateProjection::Configuring { ready } => {
                    let (_, plan) = ready.as_mut().expect("taken once");
                    let config = match ready!(Pin::new(&mut plan.config).poll(cx)) {
                        Ok(config) => config,
                        Err(error) => break Err(error),
                    };
                    let (connection, Plan { name, clock, .. }) = ready.take().expect("it is here");
                    trace::handshake_started(connection.info(), &name);
                    let handshake = match Handshake::client(config, name, connection) {
                        Ok(handshake) => handshake,
                        Err(error) => break Err(error),
                    };
                    this.state.set(State::Handshaking { handshake, clock });
                }
                StateProjection::Handshaking { handshake, clock } => {
                    let result = ready!(handshake.poll_in_time(clock, cx));
                    break result
                        .inspect(|connection| trace::handshake_complete(connection.info()));
                }
                StateProjection::Failed { error } => {
                    return Poll::Ready(Err(error.take().expect("polled after it finished")));
                }
                StateProjection::Finished => panic!("polled after it finished"),
            }
        };
        this.state.set(State::Finished);
        Poll::Ready(result.map_err(|error| error.passing(mem::take(this.uri))))
    }
}

impl<F> fmt::Debug for Connecting<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").field("uri", &self.uri).finish_non_exhaustive()
    }
}
