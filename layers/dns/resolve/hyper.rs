use std::{future::poll_fn, net::SocketAddr};

use hyper_util::client::legacy::connect::dns::Name as HyperName;
use tower_service::Service;

use super::{Answer, Lookup, Name, Records, Resolve};
use crate::BoxError;

/// Any resolver made for hyper-util's `HttpConnector`: `GaiResolver`, say,
/// which asks getaddrinfo(3) on tokio's blocking threads.
///
/// ```
/// use hyper_util::client::legacy::connect::dns::GaiResolver;
/// use tower_socket::layers::{DnsLayer, dns::HyperResolver};
///
/// let layer = DnsLayer::new(HyperResolver::new(GaiResolver::new()));
/// ```
#[derive(Clone, Debug)]
pub struct HyperResolver<R> {
    inner: R,
}

impl<R> HyperResolver<R> {
    /// Wraps a resolver. Each lookup goes to a clone of it.
    pub const fn new(inner: R) -> Self {
        Self { inner }
    }
}

impl<R> Resolve for HyperResolver<R>
where
    R: Service<HyperName> + Clone + Send + Sync + 'static,
    R::Response: Iterator<Item = SocketAddr>,
    R::Error: Into<BoxError>,
    R::Future: Send,
{
    fn lookup(&self, name: &Name, _: Records) -> Lookup {
        let (name, mut inner) = (name.as_str().parse::<HyperName>(), self.inner.clone());
        Box::pin(async move {
            let name = name?;
            poll_fn(|cx| inner.poll_ready(cx)).await.map_err(Into::into)?;
            let addresses = inner.call(name).await.map_err(Into::into)?;
            Ok(Answer::new(addresses.collect()))
        })
    }

    fn records(&self) -> &'static [Records] {
        &[Records::Both]
    }
}
