use std::task::{Context, Poll};

use http::Uri;
use tower_service::Service;

use super::Connecting;
use crate::Error;

/// A connector whose every request goes to one URI. See the
/// [module](super) for details.
#[derive(Clone, Debug)]
pub struct FixedUri<S> {
    inner: S,
    uri: Uri,
}

impl<S> FixedUri<S> {
    pub(super) fn new(inner: S, uri: Uri) -> Self {
        Self { inner, uri }
    }

    inner_access!();
}

impl<S> Service<Uri> for FixedUri<S>
where
    S: Service<Uri>,
    S::Error: Into<Error>,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, _: Uri) -> Connecting<S::Future> {
        Connecting::new(self.inner.call(self.uri.clone()), self.uri.clone())
    }
}
