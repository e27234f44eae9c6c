use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpListener;

use super::TcpOptions;
use crate::{
    Address, Connection, Error, ErrorKind, IntoUri,
    connection::Transport,
    server::{Accepted, Incoming, Listen, Listener, ServerHandle},
    uri,
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
    /// for user info, path or query; `Listen` with what the operating system
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
}

/// Options of a [`TcpServer`].
#[derive(Clone, Debug)]
pub struct TcpServerBuilder {
    options: TcpOptions,
    backlog: i32,
    reuse_port: bool,
    only_v6: bool,
}

impl Default for TcpServerBuilder {
    fn default() -> Self {
        Self { options: TcpOptions::new(), backlog: 511, reuse_port: false, only_v6: false }
    }
}

impl TcpServerBuilder {
    /// Options of each accepted socket. They are set once on the listening
    /// socket, from which Linux hands them down.
    pub fn options(mut self, options: TcpOptions) -> Self {
        self.options = options;
        self
    }

    /// How many connections wait in the kernel's queue (listen(2)), 511 by
    /// default; the kernel caps it at `net.core.somaxconn`.
    pub fn backlog(mut self, backlog: u16) -> Self {
        self.backlog = i32::from(backlog);
        self
    }

    /// Lets several sockets listen on the same port (`SO_REUSEPORT`,
    /// socket(7)). Off by default.
    pub fn reuse_port(mut self, reuse_port: bool) -> Self {
        self.reuse_port = reuse_port;
        self
    }

    /// Whether `[::]` takes IPv6 only (`IPV6_V6ONLY`, ipv6(7)). Off by default:
    /// it takes IPv4 too.
    pub fn only_v6(mut self, only_v6: bool) -> Self {
        self.only_v6 = only_v6;
        self
    }

    /// Listens, as [`TcpServer::bind`] does.
    pub async fn bind(&self, address: impl IntoUri) -> Result<TcpServer, Error> {
        let uri = address.into_uri()?;
        let address = uri::listen_address(&uri)?;
        self.listen(address)
            .and_then(TcpServer::from_listener)
            .map_err(|error| Error::new(ErrorKind::Listen).with_uri(uri).with_source(error))
    }

    fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        if self.reuse_port {
            socket.set_reuse_port(true)?;
        }
        if address.is_ipv6() {
            socket.set_only_v6(self.only_v6)?;
        }
        self.options.apply(SockRef::from(&socket))?;
        socket.bind(&address.into())?;
        socket.listen(self.backlog)?;
        TcpListener::from_std(socket.into())
    }
}
