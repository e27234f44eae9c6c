//! What both sides do with a connection.

use std::{
    fmt, mem,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::time::Instant;

use super::{
    ServerTls,
    error::{failed, invalid},
    hello::{Begun, Hello},
    stream::TlsStream,
};
use crate::{
    Connection, ConnectionInfo, Error, TlsInfo, connection::Transport, layers::timeout::Clock,
};

/// A handshake under way.
pub(super) struct Handshake {
    state: State,
    /// The one that a client asks for.
    name: Option<String>,
    info: ConnectionInfo,
    started: Instant,
}

enum State {
    // ## Hello => Stream
    Hello(Hello),
    // ## Stream => Finished
    Stream(Box<TlsStream>),
    Finished,
}

impl Handshake {
    /// # Errors
    ///
    /// Where rustls cannot make a ClientHello.
    pub(super) fn client(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        connection: Connection,
    ) -> Result<Self, Error> {
        let info = connection.info().clone();
        let shown = match &name {
            ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
            _ => None,
        };
        let stream = TlsStream::client(config, name, connection)
            .map_err(|error| failed(invalid(error)).with_peer(info.peer_address()))?;
        Ok(Self { name: shown, ..Self::new(State::Stream(stream), info) })
    }

    pub(super) fn server(tls: ServerTls, connection: Connection) -> Self {
        let info = connection.info().clone();
        Self::new(State::Hello(Hello::new(tls, connection)), info)
    }

    fn new(state: State, info: ConnectionInfo) -> Self {
        Self { state, name: None, info, started: Instant::now() }
    }

    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// The handshake before the clock. The error has no URI.
    pub(super) fn poll_in_time(
        &mut self,
        clock: &mut Option<Clock>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Connection, Error>> {
        let result = match (self.poll(cx), clock) {
            (Poll::Ready(result), clock) => {
                clock.as_mut().into_iter().for_each(Clock::park);
                result
            }
            (Poll::Pending, None) => return Poll::Pending,
            (Poll::Pending, Some(clock)) => Err(match ready!(clock.poll(cx)) {
                Ok(elapsed) => Error::phase_timed_out("TLS handshake", elapsed),
                Err(no_runtime) => no_runtime,
            }),
        };
        Poll::Ready(result.map_err(|error| error.with_peer(self.info().peer_address())))
    }

    /// The error has neither URI nor peer.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Connection, Error>> {
        let done = loop {
            match &mut self.state {
                State::Hello(hello) => {
                    let begun = ready!(hello.poll(cx));
                    self.state = State::Finished;
                    let Begun { stream, server_name } = begun.map_err(failed)?;
                    (self.state, self.name) = (State::Stream(stream), server_name);
                }
                State::Stream(stream) => break ready!(stream.poll_handshake(cx)),
                State::Finished => break Ok(()),
            }
        };
        let State::Stream(stream) = mem::replace(&mut self.state, State::Finished) else {
            panic!("polled after it finished");
        };
        Poll::Ready(done.map_err(failed).map(|()| self.finish(stream)))
    }

    fn finish(&self, stream: Box<TlsStream>) -> Connection {
        let (name, time) = (self.name.as_deref(), self.started.elapsed());
        self.info.set_tls(TlsInfo::new(stream.session(), name, time));
        Connection::from_transport(Transport::Tls(stream), self.info.clone())
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake").field("info", self.info()).finish_non_exhaustive()
    }
}
