use std::time::Duration;

use tower_layer::Layer;

use super::{ProxyProtocolAccept, ReadProxyHeaderLayer, TrustedProxies, pass::Pass};
use crate::layers::handshake::HandshakeLayer;

/// Reads the PROXY header at the start of every connection of the server below.
///
/// It is [`HandshakeLayer`] over a [`ReadProxyHeaderLayer`] with a deadline: each
/// header is read on its own task, a silent proxy delays nobody, and a header
/// that is missing or malformed is an `Err` item with the address of who should
/// have sent it. A layer above, a [`LimitLayer`](crate::layers::LimitLayer) per
/// source, say, sees the clients.
///
/// With TLS above it there are two handshakes with a deadline each. For one
/// over both, give this layer to
/// [`ServerBuilder::proxy_protocol`](crate::server::ServerBuilder::proxy_protocol)
/// or stack it by hand, as the [module](super::super) shows.
#[derive(Clone, Debug)]
pub struct ProxyProtocolAcceptLayer {
    header: ReadProxyHeaderLayer,
    timeout: Duration,
    slots: Option<usize>,
}

impl ProxyProtocolAcceptLayer {
    /// Ten seconds for each header, and as many at once as
    /// [`HandshakeLayer::slots`] says.
    pub fn new(proxies: TrustedProxies) -> Self {
        let header = ReadProxyHeaderLayer::new(proxies);
        Self { header, timeout: Duration::from_secs(10), slots: None }
    }

    /// Gives each header this long. proxy-protocol.txt wants 3 seconds at
    /// least: one that is lost on the way is sent again after that.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How many headers are read at once; see [`HandshakeLayer::slots`].
    #[must_use]
    pub fn slots(mut self, slots: usize) -> Self {
        self.slots = Some(slots);
        self
    }

    #[cfg(feature = "tls")]
    pub(crate) fn header(&self) -> &ReadProxyHeaderLayer {
        &self.header
    }
}

impl From<TrustedProxies> for ProxyProtocolAcceptLayer {
    fn from(proxies: TrustedProxies) -> Self {
        Self::new(proxies)
    }
}

impl<S> Layer<S> for ProxyProtocolAcceptLayer {
    type Service = ProxyProtocolAccept<S>;

    fn layer(&self, inner: S) -> ProxyProtocolAccept<S> {
        let header = self.header.layer(Pass).within(self.timeout, "handshake");
        let handshakes = HandshakeLayer::new(header);
        let handshakes = match self.slots {
            Some(slots) => handshakes.slots(slots),
            None => handshakes,
        };
        ProxyProtocolAccept::new(handshakes.layer(inner))
    }
}
