use std::task::{Context, Poll};

use http::Uri;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{Connecting, sweep::Sweep};
use crate::Connection;

pin_project! {
    /// A server, a handler or a connector whose connections are closed in time.
    /// See the [module](super) for details.
    ///
    /// # Panics
    ///
    /// When a connection comes outside a tokio runtime, or in one whose timers
    /// are not enabled.
    #[derive(Clone, Debug)]
    pub struct Lifetime<S> {
        #[pin]
        pub(super) inner: S,
        pub(super) sweep: Sweep,
    }
}

impl<S> Lifetime<S> {
    pub(super) fn new(inner: S, sweep: Sweep) -> Self {
        Self { inner, sweep }
    }

    inner_access!();
}

/// Handles connections: watched from the call on.
impl<S: Service<Connection>> Service<Connection> for Lifetime<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, connection: Connection) -> S::Future {
        self.sweep.watch(connection.info());
        self.inner.call(connection)
    }
}

/// Opens connections: watched once they are open.
impl<S> Service<Uri> for Lifetime<S>
where
    S: Service<Uri, Response = Connection>,
{
    type Response = Connection;
    type Error = S::Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Connecting<S::Future> {
        Connecting::new(self.inner.call(uri), self.sweep.clone())
    }
}
