use std::task::{Context, Poll, ready};

use http::Uri;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{Connecting, gate::Gate};
use crate::{BoxError, Connection, Error, Registry, layers::admission::Handling};

pin_project! {
    /// A server, a handler or a connector with a limit on its open
    /// connections. See the [module](super) for details.
    ///
    /// A clone counts with the others and reserves places of its own.
    #[derive(Clone, Debug)]
    pub struct Limit<S> {
        #[pin]
        pub(super) inner: S,
        pub(super) gate: Gate,
    }
}

impl<S> Limit<S> {
    pub(super) fn new(inner: S, gate: Gate) -> Self {
        Self { inner, gate }
    }

    /// The connections counted now, in a view that stays current.
    pub fn connections(&self) -> &Registry {
        self.gate.places().connections()
    }

    inner_access!();
}

/// Handles connections: counted from the call until they are closed.
impl<S> Service<Connection> for Limit<S>
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
        let place = self.gate.spend();
        match self.gate.places().admit(connection, place) {
            Ok(connection) => Handling::running(self.inner.call(connection)),
            Err(error) => Handling::refused(error),
        }
    }
}

/// Opens connections: counted from the call until they are closed.
impl<S> Service<Uri> for Limit<S>
where
    S: Service<Uri, Response = Connection>,
    S::Error: Into<Error>,
{
    type Response = Connection;
    type Error = Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.gate.poll_reserve(cx));
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Connecting<S::Future> {
        let reserved = self.gate.spend();
        match reserved.map_or_else(|| self.gate.places().take(), Ok) {
            Ok(place) => Connecting::running(self.inner.call(uri), place),
            Err(error) => Connecting::refused(error.with_uri(uri)),
        }
    }
}
