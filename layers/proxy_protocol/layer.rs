use std::sync::Arc;

use tower_layer::Layer;

use super::{ProxyHeader, ProxyProtocol};

/// Sends a PROXY header at the start of every connection of the connector
/// below. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct ProxyProtocolLayer {
    header: Arc<[u8]>,
}

impl ProxyProtocolLayer {
    /// Every connection begins with this header.
    pub fn new(header: ProxyHeader) -> Self {
        Self { header: header.to_bytes().into() }
    }
}

impl From<ProxyHeader> for ProxyProtocolLayer {
    fn from(header: ProxyHeader) -> Self {
        Self::new(header)
    }
}

impl<S> Layer<S> for ProxyProtocolLayer {
    type Service = ProxyProtocol<S>;

    fn layer(&self, inner: S) -> ProxyProtocol<S> {
        ProxyProtocol::new(inner, Arc::clone(&self.header))
    }
}
