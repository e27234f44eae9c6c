use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_service::Service;

use super::gate::Gate;
use crate::{BoxError, Connection, layers::admission::Handling};

pin_project! {
    /// A server or a handler to which connections come at a rate. See the
    /// [module](super) for details.
    ///
    /// A clone takes from the same buckets and reserves tokens of its own.
    #[derive(Clone, Debug)]
    pub struct AcceptRate<S> {
        #[pin]
        pub(super) inner: S,
        pub(super) gate: Gate,
    }
}

impl<S> AcceptRate<S> {
    pub(super) fn new(inner: S, gate: Gate) -> Self {
        Self { inner, gate }
    }

    inner_access!();
}

/// Handles connections at a rate.
impl<S> Service<Connection> for AcceptRate<S>
where
    S: Service<Connection>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Handling<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        ready!(self.gate.poll_reserve(cx));
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, connection: Connection) -> Handling<S::Future> {
        let token = self.gate.spend();
        match self.gate.rates().admit(connection, token) {
            Ok(connection) => Handling::running(self.inner.call(connection)),
            Err(error) => Handling::refused(error),
        }
    }
}
