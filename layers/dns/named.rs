//! One connection by name: lookups feed candidates, candidates are attempted.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Uri;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{attempts::Attempts, candidates::Candidates, lookups::Lookups};
use crate::Error;

pin_project! {
    pub(super) struct Named<S, F> {
        lookups: Lookups,
        candidates: Candidates,
        #[pin]
        attempts: Attempts<S, F>,
    }
}

impl<S, F> Named<S, F> {
    pub(super) fn new(lookups: Lookups, candidates: Candidates, attempts: Attempts<S, F>) -> Self {
        Self { lookups, candidates, attempts }
    }
}

impl<S, F, E> Future for Named<S, F>
where
    S: Service<Uri, Future = F, Error = E>,
    F: Future<Output = Result<S::Response, E>>,
    E: Into<Error>,
{
    type Output = Result<S::Response, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        ready!(this.lookups.poll(cx, this.candidates))?;
        if let Some(result) = ready!(this.attempts.as_mut().poll(cx, this.candidates)) {
            return Poll::Ready(result);
        }
        if this.lookups.is_pending() {
            return Poll::Pending;
        }
        let unresolved = || this.lookups.error();
        Poll::Ready(Err(this.attempts.error(unresolved)))
    }
}
