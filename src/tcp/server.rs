use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use tokio::net::TcpListener;

use super::TcpServerBuilder;
use crate::{
    Address, Connection, Error, IntoUri,
    connection::Transport,
    server::{Accepted, Incoming, Listen, Listener, ServerHandle},
};

/// Accepts TCP connections: a stream of [`Connection`]s.
///
/// It listens when [`bind`](Self::bind) returns, and accepts only when polled.
/// Errors are items and never its end; it ends after
/// [`ServerHandle::close`]. Dropping it stops listening; connections it has
/// yielded stay open.
#[derive(Debug)]
pub struct TcpServer {
    listener: Listener<TcpListener>,
}

impl TcpServer {
    /// Listens on an IP address and port: `"127.0.0.1:8080"`, `"[::]:80"`;
    /// `8080` is `127.0.0.1:8080`, port 0 lets the operating system choose.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for host names (nothing is resolved for listening) and
    /// for a path or a query; `Listen` with what the operating system
    /// said.
    pub async fn bind(address: impl IntoUri) -> Result<Self, Error> {
        Self::builder().bind(address).await
    }

    /// Sets options first.
    pub fn builder() -> TcpServerBuilder {
        TcpServerBuilder::default()
    }

    pub(crate) fn from_listener(listener: TcpListener) -> io::Result<Self> {
        let address = Address::Tcp(listener.local_addr()?);
        Ok(Self { listener: Listener::new(listener, address) })
    }
}

impl Stream for TcpServer {
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.get_mut().listener).poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.listener.size_hint()
    }
}

impl Incoming for TcpServer {
    fn handle(&self) -> ServerHandle {
        self.listener.handle()
    }
}

impl Listen for TcpListener {
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<Accepted> {
        let (stream, peer) = ready!(Self::poll_accept(self, cx))?;
        Poll::Ready(Ok((Transport::Tcp(stream), Some(Address::Tcp(peer)))))
    }

    fn descriptor(&self) -> io::Result<OwnedFd> {
        self.as_fd().try_clone_to_owned()
    }
}
