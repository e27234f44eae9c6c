use std::{
    any::Any,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use tower_service::Service;

use super::{
    Connecting,
    clock::{Clock, Parking},
};
use crate::Error;

/// A connector with a deadline. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct Timeout<S> {
    inner: S,
    duration: Duration,
    parking: Arc<Parking>,
}

impl<S> Timeout<S> {
    pub(super) fn new(inner: S, duration: Duration) -> Self {
        Self { inner, duration, parking: Arc::default() }
    }

    inner_access!();
}

/// The error names the URI where that is what is asked for.
impl<S, R> Service<R> for Timeout<S>
where
    S: Service<R>,
    S::Error: Into<Error>,
    R: 'static,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Connecting<S::Future> {
        let clock = Clock::new(self.duration, self.parking.clone());
        let uri = (&request as &dyn Any).downcast_ref::<Uri>().cloned();
        Connecting::new(self.inner.call(request), uri, clock)
    }
}
