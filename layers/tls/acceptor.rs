use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tower_service::Service;

use super::{ServerTls, handshake::Handshake};
use crate::{
    Connection, Error,
    layers::timeout::{Clock, Parking},
};

/// Speaks TLS as a server: a `Service<Connection>` that answers with the same
/// connection, encrypted.
///
/// [`TlsAcceptLayer`](super::TlsAcceptLayer) runs it on every connection of a
/// server, side by side and with a deadline; this is the part for
/// [`HandshakeLayer`](crate::layers::HandshakeLayer) with other layers around
/// it. It has no deadline of its own. For a protocol that begins in plain text
/// and changes over there is [`StartTls`](super::StartTls).
///
/// A handshake that fails is an error with the client's address, and its
/// connection is closed:
///
/// ```text
/// connection from tcp://192.0.2.1:50000 failed during TLS handshake: connection lost (ECONNRESET)
/// ```
#[derive(Clone, Debug)]
pub struct TlsAcceptor {
    tls: ServerTls,
    timeout: Option<Duration>,
    parking: Arc<Parking>,
}

impl TlsAcceptor {
    /// Always ready: it limits nothing.
    pub fn new(tls: ServerTls) -> Self {
        Self { tls, timeout: None, parking: Arc::default() }
    }

    /// A deadline that shares one timer among handshakes.
    pub(super) fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl Service<Connection> for TlsAcceptor {
    type Response = Connection;
    type Error = Error;
    type Future = Accepting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, connection: Connection) -> Accepting {
        let clock = self.timeout.map(|timeout| Clock::new(timeout, self.parking.clone()));
        Accepting { handshake: Handshake::server(self.tls.clone(), connection), clock }
    }
}

/// Future of [`TlsAcceptor`]. Dropping it closes the connection.
///
/// # Panics
///
/// When it is polled after it finished.
#[must_use = "futures do nothing unless polled"]
pub struct Accepting {
    handshake: Handshake,
    clock: Option<Clock>,
}

impl Future for Accepting {
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { handshake, clock } = self.get_mut();
        handshake.poll_in_time(clock, cx)
    }
}

impl fmt::Debug for Accepting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepting").field("info", self.handshake.info()).finish_non_exhaustive()
    }
}
