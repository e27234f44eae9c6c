//! One connection by name: lookups feed candidates, candidates race.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Uri;
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower_service::Service;

use super::{candidates::Candidates, clock::Clock, lookups::Lookups, race::Race, trace};
use crate::Error;

pin_project! {
    pub(super) struct Named<S, F> {
        lookups: Lookups,
        candidates: Candidates,
        #[pin]
        race: Race<S, F>,
        clock: Clock,
    }
}

impl<S, F> Named<S, F> {
    pub(super) fn new(lookups: Lookups, candidates: Candidates, race: Race<S, F>) -> Self {
        Self { lookups, candidates, race, clock: Clock::default() }
    }

    /// Nothing runs, and nothing more can come.
    fn failure(self: Pin<&mut Self>) -> Option<Error> {
        let this = self.project();
        if !this.race.is_idle() || !this.candidates.is_empty() || this.lookups.is_pending() {
            return None;
        }
        Some(match this.race.error() {
            Some(error) => this.lookups.add_to(error),
            None => this.lookups.error(),
        })
    }
}

impl<S, F, E> Named<S, F>
where
    S: Service<Uri, Future = F, Error = E>,
    F: Future<Output = Result<S::Response, E>>,
    E: Into<Error>,
{
    /// The work first, then what the time says.
    fn poll_end(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<S::Response, Error>> {
        loop {
            let mut this = self.as_mut().project();
            this.lookups.poll(cx, this.candidates)?;
            if let Poll::Ready(end) = this.race.as_mut().poll_running(cx) {
                return Poll::Ready(end);
            }
            let now = Instant::now();
            this.lookups.expire(now, this.candidates);
            this.race.as_mut().expire(now)?;
            if this.lookups.have_opened(now, this.candidates)
                && this.race.as_mut().poll_start(
                    cx,
                    now,
                    this.candidates,
                    this.lookups.trigger(),
                )?
            {
                continue;
            }
            if let Some(error) = self.as_mut().failure() {
                return Poll::Ready(Err(error));
            }
            ready!(self.as_mut().poll_clock(cx, now));
        }
    }
}

impl<S, F> Named<S, F> {
    fn poll_clock(self: Pin<&mut Self>, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        let this = self.project();
        let race = this.race.deadline(now, this.candidates);
        let deadlines = [this.lookups.deadline(), race];
        this.clock.poll(cx, deadlines.into_iter().flatten().min())
    }
}

impl<S, F, E> Future for Named<S, F>
where
    S: Service<Uri, Future = F, Error = E>,
    F: Future<Output = Result<S::Response, E>>,
    E: Into<Error>,
{
    type Output = Result<S::Response, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let call = self.race.trace().clone();
        call.around(|| {
            let end = ready!(self.as_mut().poll_end(cx));
            let this = self.project();
            if end.is_ok() {
                this.lookups.finish();
            }
            let end = end.map_err(|error| error.passing(this.race.take_uri()));
            Poll::Ready(end.inspect_err(trace::aborted))
        })
    }
}
