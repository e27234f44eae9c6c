use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use tower_service::Service;

use super::Connecting;
use crate::{Connection, Error};

/// A connector that sends a PROXY header. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct ProxyProtocol<S> {
    inner: S,
    header: Arc<[u8]>,
}

impl<S> ProxyProtocol<S> {
    pub(super) fn new(inner: S, header: Arc<[u8]>) -> Self {
        Self { inner, header }
    }

    inner_access!();
}

impl<S> Service<Uri> for ProxyProtocol<S>
where
    S: Service<Uri, Response = Connection>,
    S::Error: Into<Error>,
{
    type Response = Connection;
    type Error = Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Connecting<S::Future> {
        Connecting::new(self.inner.call(uri.clone()), uri, Arc::clone(&self.header))
    }
}
