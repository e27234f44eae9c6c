//! What both sides do with a connection.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::time::Instant;
use tokio_rustls::{Accept, Connect, TlsConnector, TlsStream};

use super::{ServerTls, error::failed, hello::Hello};
use crate::{
    Connection, ConnectionInfo, Error, TlsInfo, connection::Transport, layers::timeout::Clock,
};

/// A handshake under way. It is big: most of it is rustls' buffers and state.
pub(super) struct Handshake(Box<Inner>);

struct Inner {
    role: Role,
    info: ConnectionInfo,
    started: Instant,
}

enum Role {
    Client { connect: Connect<Connection>, name: Option<String> },
    // ## Hello => Server
    Hello(Hello),
    Server(Accept<Connection>),
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
        Self::new(Role::Client { connect, name: shown }, info)
    }

    pub(super) fn server(tls: ServerTls, connection: Connection) -> Self {
        let info = connection.info().clone();
        Self::new(Role::Hello(Hello::new(tls, connection)), info)
    }

    fn new(role: Role, info: ConnectionInfo) -> Self {
        Self(Box::new(Inner { role, info, started: Instant::now() }))
    }

    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.0.info
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
        let Inner { role, info, started } = &mut *self.0;
        let stream = ready!(role.poll(cx)).map_err(failed)?;
        let (_, session) = stream.get_ref();
        let name = match (role, &*stream) {
            (Role::Client { name, .. }, _) => name.as_deref(),
            (_, TlsStream::Server(stream)) => stream.get_ref().1.server_name(),
            _ => None,
        };
        info.set_tls(TlsInfo::new(session, name, started.elapsed()));
        let info = info.clone();
        Poll::Ready(Ok(Connection::from_transport(Transport::Tls(stream), info)))
    }
}

impl Role {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Box<TlsStream<Connection>>>> {
        loop {
            match self {
                Self::Client { connect, .. } => {
                    return Pin::new(connect).poll(cx).map_ok(|stream| Box::new(stream.into()));
                }
                Self::Hello(hello) => *self = Self::Server(ready!(hello.poll(cx))?),
                Self::Server(accept) => {
                    return Pin::new(accept).poll(cx).map_ok(|stream| Box::new(stream.into()));
                }
            }
        }
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake").field("info", self.info()).finish_non_exhaustive()
    }
}
