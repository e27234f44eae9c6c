//! What both sides do with a connection.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::time::Instant;
use tokio_rustls::{TlsConnector, TlsStream};

use super::{
    ServerTls,
    error::failed,
    hello::Hello,
    session::{Session, TlsTransport},
};
use crate::{
    Connection, ConnectionInfo, Error, TlsInfo, connection::Transport, layers::timeout::Clock,
};

/// A handshake under way.
pub(super) struct Handshake {
    session: Option<Box<Session>>,
    /// The one that a client asks for.
    name: Option<String>,
    info: ConnectionInfo,
    started: Instant,
}

impl Handshake {
    pub(super) fn client(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        connection: Connection,
    ) -> Self {
        let info = connection.info().clone();
        let shown = match &name {
            ServerName::DnsName(name) => Some(name.as_ref().to_owned()),
            _ => None,
        };
        let connect = TlsConnector::from(config).connect(name, connection);
        Self { name: shown, ..Self::new(Session::Client(connect), info) }
    }

    pub(super) fn server(tls: ServerTls, connection: Connection) -> Self {
        let info = connection.info().clone();
        Self::new(Session::Hello(Hello::new(tls, connection)), info)
    }

    fn new(session: Session, info: ConnectionInfo) -> Self {
        Self { session: Some(Box::new(session)), name: None, info, started: Instant::now() }
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
        let transport = ready!(TlsTransport::poll(&mut self.session, cx)).map_err(failed)?;
        let (_, session) = transport.stream().get_ref();
        let name = match transport.stream() {
            TlsStream::Client(_) => self.name.as_deref(),
            TlsStream::Server(stream) => stream.get_ref().1.server_name(),
        };
        self.info.set_tls(TlsInfo::new(session, name, self.started.elapsed()));
        let transport = Transport::Tls(transport);
        Poll::Ready(Ok(Connection::from_transport(transport, self.info.clone())))
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake").field("info", self.info()).finish_non_exhaustive()
    }
}
