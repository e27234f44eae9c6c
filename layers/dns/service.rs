use std::{
    fmt, mem,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use tower_service::Service;

use super::{
    Connecting, Name, Resolve, candidates::Candidates, layer::Options, lookups::Lookups,
    named::Named, nat64::Nat64, race::Race,
};
use crate::{
    Error,
    uri::{self, Target},
};

/// A connector that takes host names. See the [module](super) for details.
#[derive(Clone)]
pub struct Dns<S> {
    inner: S,
    resolver: Arc<dyn Resolve>,
    nat64: Nat64,
    options: Options,
}

impl<S> Dns<S> {
    pub(super) fn new(
        inner: S,
        resolver: Arc<dyn Resolve>,
        nat64: Nat64,
        options: Options,
    ) -> Self {
        Self { inner, resolver, nat64, options }
    }

    inner_access!();
}

impl<S: Clone> Dns<S> {
    fn connect<F>(&mut self, uri: Uri, name: Name, port: u16) -> Named<S, F> {
        let lookups = Lookups::new(self.resolver.clone(), name, self.nat64.clone(), &self.options);
        let candidates = Candidates::new(port, &self.options).with_nat64(self.nat64.prefix());
        Named::new(lookups, candidates, self.race(uri))
    }

    /// Behind NAT64, with nothing to look up.
    fn connect_to<F>(&mut self, uri: Uri, address: SocketAddr) -> Named<S, F> {
        let lookups = Lookups::none(self.resolver.clone(), &self.options);
        let mut candidates = Candidates::new(address.port(), &self.options);
        candidates.extend(vec![address]);
        Named::new(lookups, candidates, self.race(uri))
    }

    /// The clone is not ready; the one that is makes the attempts.
    fn race<F>(&mut self, uri: Uri) -> Race<S, F> {
        let clone = self.inner.clone();
        Race::new(mem::replace(&mut self.inner, clone), uri, &self.options)
    }
}

impl<S> Service<Uri> for Dns<S>
where
    S: Service<Uri> + Clone,
    S::Error: Into<Error>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Connecting<S, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (name, port) = match uri::target(&uri) {
            Ok(Target::Address(address)) => {
                return match self.nat64.instead_of(address, self.options.source) {
                    Some(address) => Connecting::named(self.connect_to(uri, address)),
                    None => Connecting::address(self.inner.call(uri)),
                };
            }
            Ok(Target::Name { name, port }) => (Name::from(name), port),
            Err(error) => return Connecting::failed(error),
        };
        Connecting::named(self.connect(uri, name, port))
    }
}

impl<S: fmt::Debug> fmt::Debug for Dns<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns")
            .field("inner", &self.inner)
            .field("nat64", &self.nat64)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
