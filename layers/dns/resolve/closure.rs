use std::fmt;

use super::{Answer, Lookup, Name, Records, Resolve};
use crate::BoxError;

/// A resolver from a closure that answers with all addresses of a name.
///
/// ```
/// use std::net::IpAddr;
/// use tower_socket::layers::{DnsLayer, dns::{Answer, Name, resolve_fn}};
///
/// let layer = DnsLayer::new(resolve_fn(|name: Name| async move {
///     let host = (name.as_str(), 0);
///     let found = tokio::net::lookup_host(host).await?;
///     Ok::<_, std::io::Error>(found.map(|address| address.ip()).collect::<Answer>())
/// }));
/// ```
pub fn resolve_fn<F, L, E>(resolve: F) -> ResolveFn<F>
where
    F: Fn(Name) -> L + Send + Sync + 'static,
    L: Future<Output = Result<Answer, E>> + Send + 'static,
    E: Into<BoxError>,
{
    ResolveFn { resolve }
}

/// A closure as a resolver, made by [`resolve_fn`].
#[derive(Clone)]
pub struct ResolveFn<F> {
    resolve: F,
}

impl<F, L, E> Resolve for ResolveFn<F>
where
    F: Fn(Name) -> L + Send + Sync + 'static,
    L: Future<Output = Result<Answer, E>> + Send + 'static,
    E: Into<BoxError>,
{
    fn lookup(&self, name: &Name, _: Records) -> Lookup {
        let answer = (self.resolve)(name.clone());
        Box::pin(async { answer.await.map_err(Into::into) })
    }

    fn records(&self) -> &'static [Records] {
        &[Records::Both]
    }
}

impl<F> fmt::Debug for ResolveFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolveFn").finish_non_exhaustive()
    }
}
