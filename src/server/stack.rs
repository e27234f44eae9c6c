//! Which layer stands on which.

#[cfg(all(feature = "proxy-protocol", feature = "tls"))]
use tower::{ServiceExt, util::option_layer};
use tower_layer::Layer;

use super::{Incoming, Server, facade::Boxed};
#[cfg(feature = "rate-limit")]
use crate::layers::AcceptRateLayer;
#[cfg(feature = "proxy-protocol")]
use crate::layers::proxy_protocol::ProxyProtocolAcceptLayer;
#[cfg(feature = "tls")]
use crate::layers::tls::TlsAcceptLayer;
use crate::layers::{AccessLayer, IdleTimeoutLayer, LimitLayer, MaxAgeLayer};
#[cfg(all(feature = "proxy-protocol", feature = "tls"))]
use crate::{BoxError, Error};

/// The layers over what listens, the lowest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    #[cfg(feature = "proxy-protocol")]
    pub(super) proxies: Option<ProxyProtocolAcceptLayer>,
    pub(super) access: Option<AccessLayer>,
    #[cfg(feature = "rate-limit")]
    pub(super) rate: Option<AcceptRateLayer>,
    pub(super) accepted: Option<LimitLayer>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<TlsAcceptLayer>,
    pub(super) limit: Option<LimitLayer>,
    pub(super) idle_timeout: Option<IdleTimeoutLayer>,
    pub(super) max_age: Option<MaxAgeLayer>,
}

impl Stack {
    /// All of them but TLS.
    pub(super) fn over(&self, server: impl Incoming + Send + 'static) -> Server {
        self.above_tls(self.below_tls(server))
    }

    /// All of them. Behind proxies, those below TLS stand within its handshake,
    /// in the midst of which the client is known.
    #[cfg(feature = "tls")]
    pub(super) fn over_tls(
        &self,
        tls: &TlsAcceptLayer,
        server: impl Incoming + Send + 'static,
    ) -> Server {
        #[cfg(feature = "proxy-protocol")]
        if let Some(proxies) = &self.proxies {
            return self.above_tls(self.within_tls(proxies, tls, server));
        }
        self.above_tls(Box::pin(tls.layer(self.below_tls(server))))
    }

    fn below_tls(&self, server: impl Incoming + Send + 'static) -> Boxed {
        let server: Boxed = Box::pin(server);
        #[cfg(feature = "proxy-protocol")]
        let server = over(self.proxies.as_ref(), server);
        let server = over(self.access.as_ref(), server);
        #[cfg(feature = "rate-limit")]
        let server = over(self.rate.as_ref(), server);
        over(self.accepted.as_ref(), server)
    }

    /// The layers of [`below_tls`](Self::below_tls), over the service that
    /// shakes hands instead of the server: what is lowest is outermost.
    #[cfg(all(feature = "proxy-protocol", feature = "tls"))]
    fn within_tls(
        &self,
        proxies: &ProxyProtocolAcceptLayer,
        tls: &TlsAcceptLayer,
        server: impl Incoming + Send + 'static,
    ) -> Boxed {
        Box::pin(tls.layer_with(server, |tls, time| {
            let tls = tls.map_err(BoxError::from as fn(Error) -> BoxError);
            let limited = option_layer(self.accepted.clone()).layer(tls);
            #[cfg(feature = "rate-limit")]
            let limited = option_layer(self.rate.clone()).layer(limited);
            let admitted = option_layer(self.access.clone()).layer(limited);
            proxies.header().layer(admitted).within(time, "TLS handshake")
        }))
    }

    fn above_tls(&self, server: Boxed) -> Server {
        let server = over(self.limit.as_ref(), server);
        let server = over(self.idle_timeout.as_ref(), server);
        Server::new(over(self.max_age.as_ref(), server))
    }
}

/// Puts a layer over a server, where there is one.
fn over<L>(layer: Option<&L>, server: Boxed) -> Boxed
where
    L: Layer<Boxed, Service: Incoming + Send + 'static>,
{
    match layer {
        Some(layer) => Box::pin(layer.layer(server)),
        None => server,
    }
}
