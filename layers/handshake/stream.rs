use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::running::Running;
use crate::{BoxError, Connection, Error, Incoming, ServerHandle};

/// How often one poll may go round before it lets others run.
const BUDGET: usize = 64;

pin_project! {
    /// A server that yields connections whose handshake is done. See the
    /// [module](super) for details.
    ///
    /// Dropping it, or taking it apart, aborts the handshakes still running and
    /// closes their connections.
    ///
    /// # Panics
    ///
    /// When polled outside a tokio runtime.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Handshake<S, T> {
        #[pin]
        inner: S,
        running: Running<T>,
        ended: bool,
    }
}

impl<S, T> Handshake<S, T> {
    pub(super) fn new(inner: S, service: T, slots: usize, phase: &'static str) -> Self {
        Self { inner, running: Running::new(service, slots, phase), ended: false }
    }

    inner_access!();
}

impl<S, T> Handshake<S, T>
where
    S: Stream<Item = Result<Connection, Error>>,
    T: Service<Connection, Response = Connection> + Clone + Send + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
{
    fn poll_accept(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if let Err(error) = ready!(this.running.poll_ready(cx)) {
            // A service that failed once takes nothing any more.
            *this.ended = true;
            return Poll::Ready(Some(Err(error)));
        }
        let accepted = ready!(this.inner.poll_next(cx));
        *this.ended = accepted.is_none();
        Poll::Ready(accepted)
    }
}

impl<S, T> Stream for Handshake<S, T>
where
    S: Stream<Item = Result<Connection, Error>>,
    T: Service<Connection, Response = Connection> + Clone + Send + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
{
    type Item = Result<Connection, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for _ in 0..BUDGET {
            let finished = self.as_mut().project().running.poll_finished(cx);
            if self.ended || matches!(finished, Poll::Ready(Some(_))) {
                return finished;
            }
            match ready!(self.as_mut().poll_accept(cx)) {
                Some(Ok(connection)) => self.as_mut().project().running.admit(connection),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {}
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let more = if self.ended { Some(0) } else { self.inner.size_hint().1 };
        (0, more.and_then(|more| more.checked_add(self.running.len())))
    }
}

impl<S, T> Incoming for Handshake<S, T>
where
    S: Incoming,
    T: Service<Connection, Response = Connection> + Clone + Send + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
{
    fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }
}
