use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use super::place::Place;
use crate::{Connection, Error};

pin_project! {
    /// A connection being opened in a place of its own, or refused.
    ///
    /// Dropping this future drops the attempt below and gives the place back.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = Projected]
    enum State<F> {
        Refused { error: Option<Error> },
        Running {
            #[pin] inner: F,
            place: Option<Place>,
        },
    }
}

impl<F> Connecting<F> {
    pub(super) fn running(inner: F, place: Place) -> Self {
        Self { state: State::Running { inner, place: Some(place) } }
    }

    pub(super) fn refused(error: Error) -> Self {
        Self { state: State::Refused { error: Some(error) } }
    }
}

impl<F, E> Future for Connecting<F>
where
    F: Future<Output = Result<Connection, E>>,
    E: Into<Error>,
{
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Projected::Refused { error } => {
                Poll::Ready(Err(error.take().expect("polled after it finished")))
            }
            Projected::Running { inner, place } => {
                let opened = ready!(inner.poll(cx));
                let place = place.take().expect("polled after it finished");
                Poll::Ready(match opened {
                    Ok(connection) => Ok(place.settle(connection)),
                    Err(error) => Err(error.into()),
                })
            }
        }
    }
}
