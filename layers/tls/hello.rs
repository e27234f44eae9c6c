//! A server's wait for the ClientHello, in which it owes strangers little.

use std::{
    error::Error as StdError,
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, LazyConfigAcceptor, StartHandshake};

use super::ServerTls;
use crate::{Connection, Error, ErrorKind};

/// Until the ClientHello is here.
pub(super) struct Hello {
    acceptor: LazyConfigAcceptor<Bounded>,
    tls: ServerTls,
}

impl Hello {
    pub(super) fn new(tls: ServerTls, connection: Connection) -> Self {
        let bounded = Bounded { connection, received: 0, limit: tls.hello_limit() };
        Self { acceptor: LazyConfigAcceptor::new(Acceptor::default(), bounded), tls }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Accept<Connection>>> {
        let start = ready!(Pin::new(&mut self.acceptor).poll(cx))?;
        let start = StartHandshake::from_parts(start.accepted, start.io.connection);
        Poll::Ready(Ok(start.into_stream(self.tls.config())))
    }
}

/// Gives no more than the limit, so that what follows a ClientHello does not
/// count.
struct Bounded {
    connection: Connection,
    received: usize,
    limit: usize,
}

impl AsyncRead for Bounded {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { connection, received, limit } = self.get_mut();
        if received == limit {
            let too_long = ClientHelloTooLong { received: *received, limit: *limit };
            return Poll::Ready(Err(Error::new(ErrorKind::Tls).with_source(too_long).into()));
        }
        let mut part = buf.take(*limit - *received);
        ready!(Pin::new(connection).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        buf.advance(read);
        *received += read;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().connection).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().connection).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().connection).poll_shutdown(cx)
    }
}

/// A client has sent as much as it may before the server knows what it wants
/// ([`ServerTls::client_hello_limit`]).
///
/// The [source](std::error::Error::source) of an [`Error`] of the kind
/// [`Tls`](ErrorKind::Tls).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientHelloTooLong {
    received: usize,
    limit: usize,
}

impl ClientHelloTooLong {
    /// How many bytes were received; more may have waited.
    pub fn received(&self) -> usize {
        self.received
    }

    /// How many it could have been.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for ClientHelloTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { received, limit } = self;
        write!(f, "no complete ClientHello in {received} bytes, of {limit} at most")
    }
}

impl StdError for ClientHelloTooLong {}
