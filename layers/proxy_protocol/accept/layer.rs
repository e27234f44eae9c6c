use std::sync::Arc;

use tower_layer::Layer;

use super::{ReadProxyHeader, TrustedProxies};

/// Reads the PROXY header before the `Service<Connection>` below is called. See
/// the [module](super::super) for details.
#[derive(Clone, Debug)]
pub struct ReadProxyHeaderLayer {
    proxies: Arc<TrustedProxies>,
}

impl ReadProxyHeaderLayer {
    /// Believes these proxies.
    pub fn new(proxies: TrustedProxies) -> Self {
        Self { proxies: Arc::new(proxies) }
    }
}

impl From<TrustedProxies> for ReadProxyHeaderLayer {
    fn from(proxies: TrustedProxies) -> Self {
        Self::new(proxies)
    }
}

impl<S> Layer<S> for ReadProxyHeaderLayer {
    type Service = ReadProxyHeader<S>;

    fn layer(&self, inner: S) -> ReadProxyHeader<S> {
        ReadProxyHeader::new(inner, Arc::clone(&self.proxies))
    }
}
