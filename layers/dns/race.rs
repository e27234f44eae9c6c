//! The addresses against each other, over the service below.

use std::{
    mem,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use pin_project_lite::pin_project;
use tokio::time::Instant;
use tower_service::Service;

use super::{
    candidates::Candidates,
    layer::Options,
    pace::Pace,
    running::{Running, Start},
    trace,
};
use crate::{
    Attempt, Error,
    error::{GivenUp, give_up, given_up_by},
    uri,
};

pin_project! {
    pub(super) struct Race<S, F> {
        service: S,
        uri: Uri,
        trace: trace::Call,
        timeout: Option<Duration>,
        began: Instant,
        pace: Pace,
        #[pin]
        running: Running<F>,
        failed: Vec<Attempt>,
    }

    impl<S, F> PinnedDrop for Race<S, F> {
        fn drop(this: Pin<&mut Self>) {
            this.trace.around(|| trace::attempts_canceled(this.running.starts()));
            give_up(|| GivenUp { attempts: this.into_attempts(), ..GivenUp::default() });
        }
    }
}

impl<S, F> Race<S, F> {
    pub(super) fn new(service: S, uri: Uri, options: &Options) -> Self {
        Self {
            service,
            trace: trace::Call::new(&uri),
            uri,
            timeout: options.attempt_timeout,
            began: Instant::now(),
            pace: Pace::new(options.race),
            running: Running::new(),
            failed: Vec::new(),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    pub(super) fn trace(&self) -> &trace::Call {
        &self.trace
    }

    /// When something has to happen though no attempt ends: the next start, if
    /// there is an address for it, or the end of the oldest attempt.
    pub(super) fn deadline(&self, now: Instant, candidates: &Candidates) -> Option<Instant> {
        let start = if candidates.is_empty() { None } else { self.pace.next() };
        // A start that is due already waits for the service to get ready.
        start.filter(|start| *start > now).into_iter().chain(self.expiry()).min()
    }

    fn expiry(&self) -> Option<Instant> {
        self.running.oldest()?.at.checked_add(self.timeout?)
    }

    pub(super) fn take_uri(self: Pin<&mut Self>) -> Uri {
        mem::take(self.project().uri)
    }

    /// Every attempt in the order of the starts, `None` if there was none.
    pub(super) fn error(self: Pin<&mut Self>) -> Option<Error> {
        let elapsed = self.began.elapsed();
        let failed = self.take_failed();
        let none = failed.is_empty();
        (!none).then(|| Error::from_attempts(failed).with_elapsed(elapsed))
    }

    /// What has failed, and what would go on if this were not over.
    fn into_attempts(mut self: Pin<&mut Self>) -> Vec<Attempt> {
        while let Some(start) = self.running.oldest() {
            let left = given_up_by(|| self.as_mut().project().running.drop_oldest());
            self.as_mut().note(start, Error::given_up(start.at.elapsed(), left));
        }
        self.take_failed()
    }

    fn take_failed(self: Pin<&mut Self>) -> Vec<Attempt> {
        let mut failed = mem::take(self.project().failed);
        failed.sort_by_key(Attempt::started);
        failed
    }

    /// A failure is kept for the end, except a caller's mistake: that one is
    /// the same for every address.
    fn lose(mut self: Pin<&mut Self>, start: Start, error: Error) -> Result<(), Error> {
        if error.is_invalid_input() {
            trace::attempt_failed(start, &error);
            return Err(error);
        }
        self.as_mut().note(start, error);
        self.failed.last().inspect(|attempt| trace::attempt_failed(start, attempt.error()));
        Ok(())
    }

    fn note(self: Pin<&mut Self>, start: Start, error: Error) {
        let this = self.project();
        let Start { address, at } = start;
        let error = error.with_uri(shown(this.uri, address)).with_peer(Some(address.into()));
        this.failed.push(Attempt::new(address, at - *this.began, at.elapsed(), error));
        this.pace.failed();
    }

    /// Ends the attempts whose time is over.
    pub(super) fn expire(mut self: Pin<&mut Self>, now: Instant) -> Result<(), Error> {
        while let Some(oldest) = self.running.oldest()
            && self.expiry().is_some_and(|expiry| expiry <= now)
        {
            let left = given_up_by(|| self.as_mut().project().running.drop_oldest());
            let elapsed = self.timeout.unwrap_or_default();
            self.as_mut().lose(oldest, Error::timed_out(elapsed, left))?;
        }
        Ok(())
    }
}

impl<S, F, C, E> Race<S, F>
where
    F: Future<Output = Result<C, E>>,
    E: Into<Error>,
{
    /// The winner, as soon as there is one. Those not polled yet have lost.
    pub(super) fn poll_running(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<C, Error>> {
        while let Poll::Ready((start, result)) = self.as_mut().project().running.poll_end(cx) {
            match result {
                Ok(winner) => {
                    trace::attempt_succeeded(start);
                    return Poll::Ready(Ok(winner));
                }
                Err(error) => self.as_mut().lose(start, error.into())?,
            }
        }
        Poll::Pending
    }
}

impl<S, F, E> Race<S, F>
where
    S: Service<Uri, Future = F, Error = E>,
    E: Into<Error>,
{
    /// Whether another attempt has started. The readied service makes them
    /// all, and gets ready again for each.
    pub(super) fn poll_start(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        now: Instant,
        candidates: &mut Candidates,
        first_trigger: &'static str,
    ) -> Result<bool, Error> {
        let mut this = self.project();
        let Some(address) = candidates.next().filter(|_| this.pace.allows(now)) else {
            return Ok(false);
        };
        if this.service.poll_ready(cx).map_err(Into::into)?.is_pending() {
            return Ok(false);
        }
        match this.pace.last_start() {
            Some((last, trigger)) => trace::attempt_scheduled(address, now - last, trigger),
            None => {
                trace::candidates_sorted(candidates.waiting());
                trace::attempt_scheduled(address, now - *this.began, first_trigger);
            }
        }
        candidates.take();
        let uri = uri::with_address(this.uri, address)?;
        trace::attempt_started(address);
        let future = this.service.call(uri);
        this.running.as_mut().push(Start { address, at: now }, future);
        this.pace.started(now);
        Ok(true)
    }
}

/// The URI of one attempt as people know it: without `hostname`.
fn shown(uri: &Uri, address: SocketAddr) -> Uri {
    let scheme = uri.scheme_str().unwrap_or("tcp");
    Uri::try_from(format!("{scheme}://{address}")).unwrap_or_else(|_| uri.clone())
}
