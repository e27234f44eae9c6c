use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::Lifetime;
use crate::{Connection, Incoming, ServerHandle};

/// Accepts connections: watched before they are yielded.
impl<S, E> Stream for Lifetime<S>
where
    S: Stream<Item = Result<Connection, E>>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let polled = this.inner.poll_next(cx);
        if let Poll::Ready(Some(Ok(connection))) = &polled {
            this.sweep.watch(connection.info());
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: Incoming> Incoming for Lifetime<S> {
    fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }
}
