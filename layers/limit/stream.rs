use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::Limit;
use crate::{Connection, Error, Incoming, ServerHandle};

/// Accepts connections: counted before they are yielded, until they are
/// closed.
impl<S> Stream for Limit<S>
where
    S: Stream<Item = Result<Connection, Error>>,
{
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        // Not kept while nobody is there: another server may share the count.
        let place = match this.gate.poll_place(cx) {
            Poll::Ready(place) => place,
            // At its end there is nothing to wait for.
            Poll::Pending if this.inner.size_hint().1 == Some(0) => {
                this.gate.stop_waiting();
                None
            }
            Poll::Pending => return Poll::Pending,
        };
        let accepted = ready!(this.inner.poll_next(cx));
        Poll::Ready(accepted.map(|accepted| this.gate.places().admit(accepted?, place)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: Incoming> Incoming for Limit<S> {
    fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }
}
