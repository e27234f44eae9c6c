use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
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
    /// When it ends, all but the winner is dropped before it returns.
    /// Dropping it drops every lookup and attempt under way and the timer.
    ///
    /// # Panics
    ///
    /// When it is polled after it finished, and when it has to wait in a tokio
    /// runtime whose timers are not enabled.
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
        Ended { error: Option<Error> },
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
        Self { state: State::Ended { error: Some(error) } }
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
        let mut state = self.project().state;
        match state.as_mut().project() {
            StateProjection::Address { future } => future.poll(cx).map_err(Into::into),
            StateProjection::Named { future } => {
                let end = ready!(future.as_mut().poll(cx));
                state.set(State::Ended { error: None });
                Poll::Ready(end)
            }
            StateProjection::Ended { error } => {
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
