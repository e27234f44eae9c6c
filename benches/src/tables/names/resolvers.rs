use std::{
    fmt,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use hickory_resolver::TokioResolver;
use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;

use super::Result;
use crate::harness::BoxError;

/// hickory with its defaults, as hyper-util's `HttpConnector` takes it.
#[derive(Clone)]
pub(super) struct Hickory(TokioResolver);

impl Hickory {
    pub(super) fn system() -> Result<Self> {
        Ok(Self(TokioResolver::builder_tokio()?.build()?))
    }
}

impl Service<Name> for Hickory {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.0.clone();
        Box::pin(async move {
            let found = resolver.lookup_ip(name.as_str()).await?;
            let addresses: Vec<_> = found.iter().map(|ip| SocketAddr::new(ip, 0)).collect();
            Ok(addresses.into_iter())
        })
    }
}

impl fmt::Debug for Hickory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hickory").finish_non_exhaustive()
    }
}
