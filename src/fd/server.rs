use std::{
    io,
    os::fd::{AsRawFd, OwnedFd},
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use http::Uri;
use nix::errno::Errno;
use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, UnixListener};

use super::{number, systemd};
use crate::{
    Connection, Error, ErrorKind, Incoming, IntoUri, ServerHandle, TcpServer, UnixServer,
    refused::Refused,
    runtime,
    tcp::TcpOptions,
    uri::{self, Scheme},
};

/// Accepts connections on a listening socket that was handed over: a stream of
/// [`Connection`]s.
///
/// Whether it is a TCP or a Unix socket is found out. It is like a
/// [`TcpServer`] or a [`UnixServer`] otherwise; the file of a Unix socket stays
/// when the server closes. On a TCP socket `TCP_NODELAY` is switched on, which
/// accepted connections inherit.
#[derive(Debug)]
pub struct FdServer(Kind);

#[derive(Debug)]
enum Kind {
    Tcp(TcpServer),
    Unix(UnixServer),
}

impl FdServer {
    /// Accepts on a descriptor by its number, `fd://3` or `php://fd/3`, or by the name that
    /// systemd gave it (`FileDescriptorName=` in systemd.socket(5)),
    /// `systemd://http`.
    ///
    /// The descriptor is duplicated: closing the server leaves the original
    /// one listening. Hand it over as an [`OwnedFd`] to have it closed. After
    /// `systemd://name` nothing that systemd gave is inherited by programs that
    /// are started later, as after sd_listen_fds(3).
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what is no such URI and for a name that systemd did
    /// not give or gave twice; `Listen` with `EBADF` where nothing is open
    /// under that number, and with the errors of [`from_fd`](Self::from_fd).
    pub async fn bind(address: impl IntoUri) -> Result<Self, Error> {
        let uri = address.into_uri()?;
        let duplicate = match Scheme::of(&uri) {
            Some(Scheme::Systemd) => systemd::duplicate(&uri)?,
            _ => number::duplicate(uri::descriptor(&uri)?),
        };
        match duplicate {
            Ok(fd) => Self::open(fd, uri),
            Err(error) => Err(failed(error.into(), uri)),
        }
    }

    /// Accepts on a descriptor and owns it: it is closed with the server.
    ///
    /// # Errors
    ///
    /// `Listen` with `ENOTSOCK` for what is no socket, `EISCONN` for a
    /// connection, `EINVAL` for a socket that does not listen or is no stream,
    /// `EAFNOSUPPORT` for one that is neither TCP nor Unix.
    pub fn from_fd(fd: OwnedFd) -> Result<Self, Error> {
        let uri = format!("fd://{}", fd.as_raw_fd()).into_uri()?;
        Self::open(fd, uri)
    }

    fn open(fd: OwnedFd, uri: Uri) -> Result<Self, Error> {
        runtime::require()?;
        Kind::of(fd.into()).map(Self).map_err(|refused| failed(refused, uri))
    }
}

impl Kind {
    fn of(socket: Socket) -> Result<Self, Refused> {
        check(&socket)?;
        socket.set_nonblocking(true)?;
        // What was inherited over exec(2) is not to be inherited further.
        socket.set_cloexec(true)?;
        match socket.domain()? {
            Domain::IPV4 | Domain::IPV6 => {
                TcpOptions::new().apply(&socket)?;
                Ok(Self::Tcp(TcpServer::from_listener(TcpListener::from_std(socket.into())?)?))
            }
            Domain::UNIX => {
                Ok(Self::Unix(UnixServer::from_listener(UnixListener::from_std(socket.into())?)?))
            }
            _ => Err(io::Error::from(Errno::EAFNOSUPPORT).into()),
        }
    }
}

/// Whether connections can be accepted on it.
fn check(socket: &Socket) -> io::Result<()> {
    if socket.r#type()? == Type::STREAM && socket.is_listener()? {
        return Ok(());
    }
    Err(if socket.peer_addr().is_ok() { Errno::EISCONN } else { Errno::EINVAL }.into())
}

fn failed(refused: Refused, uri: Uri) -> Error {
    refused.into_error(ErrorKind::Listen).with_uri(uri)
}

impl Stream for FdServer {
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.get_mut().0 {
            Kind::Tcp(server) => Pin::new(server).poll_next(cx),
            Kind::Unix(server) => Pin::new(server).poll_next(cx),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Kind::Tcp(server) => server.size_hint(),
            Kind::Unix(server) => server.size_hint(),
        }
    }
}

impl Incoming for FdServer {
    fn handle(&self) -> ServerHandle {
        match &self.0 {
            Kind::Tcp(server) => server.handle(),
            Kind::Unix(server) => server.handle(),
        }
    }
}
