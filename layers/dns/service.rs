use std::{
    fmt, mem,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use tower_service::Service;

use super::{
    Connecting, Name, Resolve, candidates::Candidates, layer::Options, lookups::Lookups,
    named::Named, race::Race,
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
    options: Options,
}

impl<S> Dns<S> {
    pub(super) fn new(inner: S, resolver: Arc<dyn Resolve>, options: Options) -> Self {
        Self { inner, resolver, options }
    }

    inner_access!();
}

impl<S: Clone> Dns<S> {
    fn connect<F>(&mut self, uri: Uri, name: Name, port: u16) -> Named<S, F> {
        // The clone is not ready; the one that is makes the attempts.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        Named::new(
            Lookups::new(self.resolver.clone(), name, &self.options),
            Candidates::new(port, self.options.single, &self.options.race),
            Race::new(ready, uri, &self.options),
        )
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
            Ok(Target::Address(_)) => return Connecting::address(self.inner.call(uri)),
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
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
