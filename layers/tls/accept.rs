use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::TlsAcceptor;
use crate::{Connection, Error, Incoming, ServerHandle, layers::handshake::Handshake};

pin_project! {
    /// A server that speaks TLS: what [`TlsAcceptLayer`](super::TlsAcceptLayer)
    /// makes.
    ///
    /// After [`ServerHandle::close`] handshakes already begun are yielded, then
    /// the stream ends. Dropping it aborts them.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct TlsAccept<S> {
        #[pin]
        inner: Handshake<S, TlsAcceptor>,
    }
}

impl<S> TlsAccept<S> {
    pub(super) fn new(inner: Handshake<S, TlsAcceptor>) -> Self {
        Self { inner }
    }

    /// The server below.
    pub fn get_ref(&self) -> &S {
        self.inner.get_ref()
    }

    /// The server below, to be changed.
    pub fn get_mut(&mut self) -> &mut S {
        self.inner.get_mut()
    }

    /// The server that was below. Handshakes that are running are aborted.
    pub fn into_inner(self) -> S {
        self.inner.into_inner()
    }
}

impl<S> Stream for TlsAccept<S>
where
    S: Stream<Item = Result<Connection, Error>>,
{
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.project().inner.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

/// The handle shows `tls://` addresses.
impl<S: Incoming> Incoming for TlsAccept<S> {
    fn handle(&self) -> ServerHandle {
        self.inner.handle().secured()
    }
}
