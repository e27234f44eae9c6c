use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::named::Named;
use crate::Error;

pin_project! {
    /// A connection attempt to an address, or to a name that is looked up
    /// first.
    ///
    /// Dropping it drops the lookups and the attempt under way.
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<S, F> {
        #[pin]
        state: State<S, F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F> {
        Address { #[pin] future: F },
        Named { future: Pin<Box<Named<S, F>>> },
        Failed { error: Option<Error> },
    }
}

impl<S, F> Connecting<S, F> {
    pub(super) fn address(future: F) -> Self {
        Self { state: State::Address { future } }
    }

    pub(super) fn named(named: Named<S, F>) -> Self {
        Self { state: State::Named { future: Box::pin(named) } }
    }

    pub(super) fn failed(error: Error) -> Self {
        Self { state: State::Failed { error: Some(error) } }
    }
}

impl<S, F, E> Future for Connecting<S, F>
where
    S: Service<Uri, Future = F, Error = E> + Clone,
    F: Future<Output = Result<S::Response, E>>,
    E: Into<Error>,
{
    type Output = Result<S::Response, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Address { future } => future.poll(cx).map_err(Into::into),
            StateProjection::Named { future } => future.as_mut().poll(cx),
            StateProjection::Failed { error } => {
                Poll::Ready(Err(error.take().expect("polled after it finished")))
            }
        }
    }
}

impl<S, F> fmt::Debug for Connecting<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").finish_non_exhaustive()
    }
}
