use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{BoxError, Error};

pin_project! {
    /// A connection being handled, or turned away.
    ///
    /// Dropping this future drops the handler below; the place is free once
    /// the connection is closed.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Handling<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = Projected]
    enum State<F> {
        Refused { error: Option<Error> },
        Running { #[pin] inner: F },
    }
}

impl<F> Handling<F> {
    pub(crate) fn running(inner: F) -> Self {
        Self { state: State::Running { inner } }
    }

    pub(crate) fn refused(error: Error) -> Self {
        Self { state: State::Refused { error: Some(error) } }
    }
}

impl<F, R, E> Future for Handling<F>
where
    F: Future<Output = Result<R, E>>,
    E: Into<BoxError>,
{
    type Output = Result<R, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Projected::Refused { error } => {
                let error = error.take().expect("polled after it finished");
                Poll::Ready(Err(error.into()))
            }
            Projected::Running { inner } => inner.poll(cx).map_err(Into::into),
        }
    }
}
