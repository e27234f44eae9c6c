use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::Access;
use crate::{Connection, Error, Incoming, ServerHandle};

/// Accepts connections of those who may come in; for every other one there is
/// an error.
impl<S> Stream for Access<S>
where
    S: Stream<Item = Result<Connection, Error>>,
{
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let accepted = this.inner.poll_next(cx);
        accepted.map(|item| item.map(|accepted| this.access.admit(accepted?)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: Incoming> Incoming for Access<S> {
    fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }
}
