use std::time::Duration;

use tower_layer::Layer;

use super::{ServerTls, TlsAccept, TlsAcceptor};
use crate::layers::handshake::HandshakeLayer;

/// Speaks TLS as a server on every connection of the server below.
///
/// It is [`HandshakeLayer`] over a [`TlsAcceptor`] with a deadline: each handshake
/// runs on its own task, silent clients delay nobody, and one that fails is an
/// `Err` item with the client's address. The server's handle shows
/// `tls://` addresses.
#[derive(Clone, Debug)]
pub struct TlsAcceptLayer {
    tls: ServerTls,
    timeout: Duration,
    slots: Option<usize>,
}

impl TlsAcceptLayer {
    /// Ten seconds for each handshake, and as many at once as
    /// [`HandshakeLayer::slots`] says.
    pub fn new(tls: ServerTls) -> Self {
        Self { tls, timeout: Duration::from_secs(10), slots: None }
    }

    /// Gives each handshake this long.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many handshakes run at once; see [`HandshakeLayer::slots`].
    pub fn slots(mut self, slots: usize) -> Self {
        self.slots = Some(slots);
        self
    }

    /// With more around the acceptor, which has to keep to the deadline.
    pub(crate) fn layer_with<S, T>(
        &self,
        inner: S,
        wrap: impl FnOnce(TlsAcceptor, Duration) -> T,
    ) -> TlsAccept<S, T>
    where
        T: Clone,
    {
        let acceptor = TlsAcceptor::new(self.tls.clone());
        let handshakes = HandshakeLayer::new(wrap(acceptor, self.timeout));
        let handshakes = match self.slots {
            Some(slots) => handshakes.slots(slots),
            None => handshakes,
        };
        TlsAccept::new(handshakes.layer(inner))
    }
}

impl From<ServerTls> for TlsAcceptLayer {
    fn from(tls: ServerTls) -> Self {
        Self::new(tls)
    }
}

impl<S> Layer<S> for TlsAcceptLayer {
    type Service = TlsAccept<S>;

    fn layer(&self, inner: S) -> TlsAccept<S> {
        self.layer_with(inner, TlsAcceptor::handshake_timeout)
    }
}
