use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{Incoming, ServerHandle, facade::Boxed};
use crate::{Connection, Error};

/// Several servers, asked in turn.
pub(super) struct Merge {
    servers: Vec<Boxed>,
    next: usize,
    handle: ServerHandle,
}

impl Merge {
    pub(super) fn new(servers: Vec<Boxed>) -> Self {
        let handles: Vec<_> = servers.iter().map(|server| server.handle()).collect();
        Self { servers, next: 0, handle: ServerHandle::merged(&handles) }
    }
}

impl Stream for Merge {
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { servers, next, .. } = self.get_mut();
        let mut pending = 0;
        while pending < servers.len() {
            *next %= servers.len();
            match servers[*next].as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    *next += 1;
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => drop(servers.remove(*next)),
                Poll::Pending => {
                    *next += 1;
                    pending += 1;
                }
            }
        }
        if servers.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let most = self.servers.iter().map(|server| server.size_hint().1);
        (0, most.sum())
    }
}

impl Incoming for Merge {
    fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }
}
