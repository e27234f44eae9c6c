use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tower_service::Service;

use super::AccessLayer;
use crate::{BoxError, Connection, layers::admission::Handling};

pin_project! {
    /// A server or a handler that not everyone may come to. See the
    /// [module](super) for details.
    #[derive(Clone, Debug)]
    pub struct Access<S> {
        #[pin]
        pub(super) inner: S,
        pub(super) access: AccessLayer,
    }
}

impl<S> Access<S> {
    pub(super) fn new(inner: S, access: AccessLayer) -> Self {
        Self { inner, access }
    }

    inner_access!();
}

/// Handles connections of those who may come in.
impl<S> Service<Connection> for Access<S>
where
    S: Service<Connection>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Handling<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, connection: Connection) -> Handling<S::Future> {
        match self.access.admit(connection) {
            Ok(connection) => Handling::running(self.inner.call(connection)),
            Err(error) => Handling::refused(error),
        }
    }
}
