//! One type for every connection.

mod credentials;
mod held;
mod info;
#[cfg(feature = "tls")]
mod input;
mod io;
mod owner;
mod parts;
#[cfg(feature = "tls")]
mod tls_info;
mod transport;

use std::{fmt, os::fd::BorrowedFd};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf},
    net::{TcpStream, UnixStream},
};

#[cfg(feature = "tls")]
pub use self::tls_info::TlsInfo;
pub(crate) use self::transport::Transport;
pub use self::{
    credentials::PeerCredentials,
    info::{ConnectionInfo, ConnectionState},
    parts::{Held, Io, Parts},
    transport::Stream,
};
use crate::{Address, refused::Refused, tcp::TcpOptions};

/// An open connection over TCP, TLS, a Unix socket, or anything else that
/// reads and writes.
///
/// It implements tokio's [`AsyncRead`] and [`AsyncWrite`] and, with the feature
/// `hyper`, hyper's `Read` and `Write` and hyper-util's `Connection`: it goes
/// into all of them with no wrapper. Vectored writes are handed on.
///
/// # Ending it
///
/// [`shutdown`](tokio::io::AsyncWriteExt::shutdown) ends the writing half, over
/// TLS with a `close_notify`, and reading goes on until the peer ends its half;
/// a peer that ends a TLS connection without `close_notify` is reported as
/// [`UnexpectedEof`](std::io::ErrorKind::UnexpectedEof), a reset as
/// [`ConnectionReset`](std::io::ErrorKind::ConnectionReset). Dropping closes the
/// descriptor first; what the connection [holds](Self::hold), a place under a
/// limit, say, goes after it.
///
/// Dropping a connection while something the peer has sent is unread resets it,
/// and the peer may lose what it has not read yet (RFC 1122, section 4.2.2.13).
/// A TLS 1.3 server sends tickets unasked: a client that only writes should
/// read to the end after its `shutdown`, and drop the connection then.
///
/// There is no buffer in here for what was written: what
/// [`write`](tokio::io::AsyncWriteExt::write) took over a plain connection is
/// with the operating system. Over TLS call `flush` or `shutdown`.
///
/// [`ConnectionInfo::close`] ends a connection from anywhere else: the next I/O
/// fails with the reason.
pub struct Connection {
    // In this order: the descriptor is closed before anyone is told.
    transport: Transport,
    owner: owner::Owner,
    held: held::Held,
}

impl Connection {
    /// Wraps anything that reads and writes.
    ///
    /// `info` tells who is at the other end; [`ConnectionInfo::new`] makes one.
    pub fn new<T>(io: T, info: ConnectionInfo) -> Self
    where
        T: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static,
    {
        Self::from_transport(Transport::Other(Box::new(io)), info)
    }

    pub(crate) fn from_transport(transport: Transport, info: ConnectionInfo) -> Self {
        Self { transport, owner: owner::Owner::new(info), held: held::Held::default() }
    }

    /// The facts about this connection. Clone them to keep them: they keep
    /// nothing open.
    pub fn info(&self) -> &ConnectionInfo {
        self.owner.info()
    }

    /// The other end, as it was when the connection was accepted or asked for,
    /// or the client that a proxy there named; it stays readable after the peer
    /// is gone. `None` for a Unix socket
    /// without a name.
    pub fn peer_address(&self) -> Option<Address> {
        self.info().peer_address()
    }

    /// This end. Asks the operating system (getsockname(2)) at each call.
    /// `None` for a Unix socket without a name and for what is no socket.
    pub fn local_address(&self) -> Option<Address> {
        let address = self.transport.local_address()?;
        Some(self.info().as_seen_through_tls(address))
    }

    /// Keeps `value` until the connection is gone, through TLS, splits and
    /// upgrades. What was held first goes first.
    pub fn hold<T: Send + Sync + 'static>(&mut self, value: T) {
        self.held.push(value);
    }

    /// The socket below, through TLS. `None` for what is no socket.
    pub fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        self.transport.as_fd()
    }

    /// The TCP socket below, through TLS.
    pub fn tcp(&self) -> Option<&TcpStream> {
        self.transport.tcp()
    }

    /// The Unix socket below, through TLS.
    pub fn unix(&self) -> Option<&UnixStream> {
        self.transport.unix()
    }

    /// Sets options of the TCP socket below, through TLS. Those that `options`
    /// leaves out stay as they are, but for `TCP_NODELAY`, which has a default.
    ///
    /// # Errors
    ///
    /// What the operating system said of the first option that it refused;
    /// [`Unsupported`](std::io::ErrorKind::Unsupported) where there is no TCP
    /// socket.
    pub fn set_tcp_options(&self, options: &TcpOptions) -> std::io::Result<()> {
        let socket = self.tcp().ok_or(std::io::ErrorKind::Unsupported)?;
        options.apply(&SockRef::from(socket)).map_err(Refused::into_io_error)
    }

    /// The process at the other end of the Unix socket below, as it was when it
    /// connected or listened. `None` where there is no Unix socket.
    pub fn peer_credentials(&self) -> Option<PeerCredentials> {
        self.unix().and_then(PeerCredentials::of)
    }

    /// Splits into a reading and a writing half. Both hold the connection:
    /// it is closed when both are dropped.
    pub fn into_split(self) -> (ReadHalf<Self>, WriteHalf<Self>) {
        tokio::io::split(self)
    }

    /// Takes the connection apart. Whoever keeps using [`Parts::io`] keeps
    /// [`Parts::held`] with it, else registries and limits count it as gone.
    pub fn into_parts(self) -> Parts {
        parts::Parts::new(self.transport, self.owner, self.held)
    }
}

impl From<TcpStream> for Connection {
    fn from(stream: TcpStream) -> Self {
        let peer = stream.peer_addr().ok().map(Address::Tcp);
        Self::from_transport(Transport::Tcp(stream), ConnectionInfo::new(peer))
    }
}

impl From<UnixStream> for Connection {
    fn from(stream: UnixStream) -> Self {
        let peer = stream.peer_addr().ok().and_then(|address| Address::from_unix(&address.into()));
        Self::from_transport(Transport::Unix(stream.into()), ConnectionInfo::new(peer))
    }
}

impl From<tokio::io::DuplexStream> for Connection {
    fn from(stream: tokio::io::DuplexStream) -> Self {
        Self::new(stream, ConnectionInfo::new(None))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("info", self.info())
            .field("local", &self.local_address())
            .finish_non_exhaustive()
    }
}
