use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Uri;
use pin_project_lite::pin_project;

use super::clock::Clock;
use crate::{Error, error::given_up_by};

pin_project! {
    /// A connection attempt that ends at its deadline.
    ///
    /// At the deadline the attempt below is dropped before the error is
    /// returned. Dropping this future drops the attempt and stops its timer.
    ///
    /// # Panics
    ///
    /// When it is polled after it finished, and when it has to wait in a tokio
    /// runtime whose timers are not enabled.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<F> {
        #[pin]
        inner: Option<F>,
        uri: Option<Uri>,
        clock: Clock,
    }
}

impl<F> Connecting<F> {
    pub(super) fn new(inner: F, uri: Option<Uri>, clock: Clock) -> Self {
        Self { inner: Some(inner), uri, clock }
    }
}

/// Drops what is below, and says what it had tried.
fn timed_out<F>(mut inner: Pin<&mut Option<F>>, elapsed: Duration) -> Error {
    Error::timed_out(elapsed, given_up_by(|| inner.set(None)))
}

impl<F, C, E> Future for Connecting<F>
where
    F: Future<Output = Result<C, E>>,
    E: Into<Error>,
{
    type Output = Result<C, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let inner = this.inner.as_mut().as_pin_mut().expect("polled after it finished");
        let result = match inner.poll(cx) {
            Poll::Ready(result) => result.map_err(Into::into),
            Poll::Pending => Err(match ready!(this.clock.poll(cx)) {
                Ok(elapsed) => timed_out(this.inner.as_mut(), elapsed),
                Err(no_runtime) => no_runtime,
            }),
        };
        this.clock.park();
        this.inner.set(None);
        Poll::Ready(result.map_err(|error| match this.uri.take() {
            Some(uri) => error.passing(uri),
            None => error,
        }))
    }
}
