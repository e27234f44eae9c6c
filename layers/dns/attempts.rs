//! One address after the other over the service below.

use std::{
    mem,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Uri;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};
use tower_service::Service;

use super::candidates::Candidates;
use crate::{Attempt, Error, ErrorKind, uri};

pin_project! {
    pub(super) struct Attempts<S, F> {
        service: S,
        uri: Uri,
        timeout: Option<Duration>,
        began: Instant,
        failed: Vec<Attempt>,
        #[pin]
        current: Current<F>,
    }
}

pin_project! {
    #[project = CurrentProjection]
    enum Current<F> {
        None,
        // ## None => Waiting: an address is there, the service is not ready yet.
        Waiting { address: SocketAddr },
        // ## Waiting => Running => None: the service was called.
        Running {
            #[pin]
            future: F,
            address: SocketAddr,
            started: Instant,
            deadline: Option<Pin<Box<Sleep>>>,
        },
    }
}

impl<S, F> Attempts<S, F> {
    pub(super) fn new(service: S, uri: Uri, timeout: Option<Duration>) -> Self {
        Self {
            service,
            uri,
            timeout,
            began: Instant::now(),
            failed: Vec::new(),
            current: Current::None,
        }
    }

    /// Why none of the addresses worked, or, where there was none, why not.
    pub(super) fn error(self: Pin<&mut Self>, unresolved: impl FnOnce() -> Error) -> Error {
        let this = self.project();
        let failed = mem::take(this.failed);
        let error = match failed.is_empty() {
            true => unresolved(),
            false => Error::from_attempts(failed).with_elapsed(this.began.elapsed()),
        };
        error.with_uri(mem::take(this.uri))
    }
}

impl<S, F, E> Attempts<S, F>
where
    S: Service<Uri, Future = F, Error = E>,
    F: Future<Output = Result<S::Response, E>>,
    E: Into<Error>,
{
    /// `None` when there is nothing to try.
    pub(super) fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        candidates: &mut Candidates,
    ) -> Poll<Option<Result<S::Response, Error>>> {
        loop {
            match self.as_mut().project().current.project() {
                CurrentProjection::None => {
                    let Some(address) = candidates.take() else { return Poll::Ready(None) };
                    self.as_mut().project().current.set(Current::Waiting { address });
                }
                CurrentProjection::Waiting { .. } => {
                    if let Err(error) = ready!(self.as_mut().poll_start(cx)) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                CurrentProjection::Running { .. } => {
                    let result = ready!(self.as_mut().poll_running(cx));
                    if let Some(end) = self.as_mut().finish(result) {
                        return Poll::Ready(Some(end));
                    }
                }
            }
        }
    }

    fn poll_start(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut this = self.project();
        let CurrentProjection::Waiting { address: &mut address } = this.current.as_mut().project()
        else {
            return Poll::Ready(Ok(()));
        };
        ready!(this.service.poll_ready(cx))
            .map_err(|error| error.into().passing(this.uri.clone()))?;
        let future = this.service.call(uri::with_address(this.uri, address)?);
        let deadline = this.timeout.map(|timeout| Box::pin(sleep(timeout)));
        let started = Instant::now();
        this.current.set(Current::Running { future, address, started, deadline });
        Poll::Ready(Ok(()))
    }
}

impl<S, F, C, E> Attempts<S, F>
where
    F: Future<Output = Result<C, E>>,
    E: Into<Error>,
{
    /// The attempt first, then its clock.
    fn poll_running(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<C, Error>> {
        let this = self.project();
        let CurrentProjection::Running { future, deadline, .. } = this.current.project() else {
            return Poll::Pending;
        };
        if let Poll::Ready(result) = future.poll(cx) {
            return Poll::Ready(result.map_err(Into::into));
        }
        let (Some(deadline), Some(timeout)) = (deadline, *this.timeout) else {
            return Poll::Pending;
        };
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Err(Error::new(ErrorKind::Timeout).with_elapsed(timeout)))
    }

    /// A failure is kept for the end, except a caller's mistake: that one is
    /// the same for every address.
    fn finish(self: Pin<&mut Self>, result: Result<C, Error>) -> Option<Result<C, Error>> {
        let mut this = self.project();
        let error = match result {
            Err(error) if !error.is_invalid_input() => error,
            end => return Some(end),
        };
        if let CurrentProjection::Running { address: &mut address, started, .. } =
            this.current.as_mut().project()
        {
            let error = error.with_uri(shown(this.uri, address)).with_peer(Some(address.into()));
            let attempt = Attempt::new(address, *started - *this.began, started.elapsed(), error);
            this.failed.push(attempt);
        }
        this.current.set(Current::None);
        None
    }
}

/// The URI of one attempt as people know it: without `hostname`.
fn shown(uri: &Uri, address: SocketAddr) -> Uri {
    let scheme = uri.scheme_str().unwrap_or("tcp");
    Uri::try_from(format!("{scheme}://{address}")).unwrap_or_else(|_| uri.clone())
}
