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
    /// the stream ends. Dropping it aborts them. `T` is what each connection goes
    /// through.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct TlsAccept<S, T = TlsAcceptor> {
        #[pin]
        inner: Handshake<S, T>,
    }
}

impl<S, T> TlsAccept<S, T> {
    pub(super) fn new(inner: Handshake<S, T>) -> Self {
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

impl<S, T> Stream for TlsAccept<S, T>
where
    Handshake<S, T>: Stream<Item = Result<Connection, Error>>,
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
impl<S, T> Incoming for TlsAccept<S, T>
where
    Handshake<S, T>: Incoming,
{
    fn handle(&self) -> ServerHandle {
        self.inner.handle().secured()
    }
}
