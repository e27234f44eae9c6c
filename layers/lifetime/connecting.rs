use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::sweep::Sweep;
use crate::Connection;

pin_project! {
    /// A connection being opened, to be watched once it is.
    ///
    /// Dropping this future drops the attempt below.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<F> {
        #[pin]
        inner: F,
        sweep: Sweep,
    }
}

impl<F> Connecting<F> {
    pub(super) fn new(inner: F, sweep: Sweep) -> Self {
        Self { inner, sweep }
    }
}

impl<F, E> Future for Connecting<F>
where
    F: Future<Output = Result<Connection, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.inner.poll(cx);
        if let Poll::Ready(Ok(connection)) = &polled {
            this.sweep.watch(connection.info());
        }
        polled
    }
}
