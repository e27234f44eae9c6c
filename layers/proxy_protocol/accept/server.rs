use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::{ReadProxyHeader, pass::Pass};
use crate::{Connection, Error, Incoming, ServerHandle, layers::handshake::Handshake};

pin_project! {
    /// A server behind proxies: what
    /// [`ProxyProtocolAcceptLayer`](super::ProxyProtocolAcceptLayer) makes.
    ///
    /// After [`ServerHandle::close`] headers that are being read are waited for,
    /// then the stream ends. Dropping it closes their connections.
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct ProxyProtocolAccept<S> {
        #[pin]
        inner: Handshake<S, ReadProxyHeader<Pass>>,
    }
}

impl<S> ProxyProtocolAccept<S> {
    pub(super) fn new(inner: Handshake<S, ReadProxyHeader<Pass>>) -> Self {
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

    /// The server that was below. Headers that are being read are given up.
    pub fn into_inner(self) -> S {
        self.inner.into_inner()
    }
}

impl<S> Stream for ProxyProtocolAccept<S>
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

impl<S: Incoming> Incoming for ProxyProtocolAccept<S> {
    fn handle(&self) -> ServerHandle {
        self.inner.handle()
    }
}
