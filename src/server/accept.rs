use std::{
    pin::Pin,
    task::{Context, Poll},
};

use super::Incoming;
use crate::{Connection, Error};

/// Future of [`Incoming::accept`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Accept<'a, S> {
    incoming: &'a mut S,
}

impl<'a, S> Accept<'a, S> {
    pub(super) fn new(incoming: &'a mut S) -> Self {
        Self { incoming }
    }
}

impl<S: Incoming + Unpin> Future for Accept<'_, S> {
    type Output = Option<Result<Connection, Error>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut *self.get_mut().incoming).poll_next(cx)
    }
}
