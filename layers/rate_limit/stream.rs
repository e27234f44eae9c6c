use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::AcceptRate;
use crate::{Connection, Error, Incoming, ServerHandle};

/// Accepts connections at a rate.
impl<S> Stream for AcceptRate<S>
where
    S: Stream<Item = Result<Connection, Error>>,
{
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let token = match this.gate.poll_token(cx) {
            Poll::Ready(token) => token,
            // At its end there is nothing to wait for.
            Poll::Pending if this.inner.size_hint().1 == Some(0) => None,
            Poll::Pending => return Poll::Pending,
        };
        let accepted = ready!(this.inner.poll_next(cx));
        Poll::Ready(accepted.map(|accepted| this.gate.rates().admit(accepted?, token)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: Incoming> Incoming for AcceptRate<S> {
    fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }
}
