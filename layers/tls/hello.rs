//! A server's wait for the ClientHello, in which it owes strangers little.

use std::{
    error::Error as StdError,
    fmt, io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, StartHandshake};

use super::{ServerTls, records};
use crate::{Connection, Error, ErrorKind};

/// As much as rustls takes at a time.
const READ: usize = 4096;
/// How much room is made for what dribbles in.
const STEP: usize = 1024;

/// Until the ClientHello is here.
///
/// rustls sets 4 KiB aside before it reads, and doubles that as it fills. So
/// what comes in little by little stays here until it is worth a look.
pub(super) struct Hello {
    connection: Option<Connection>,
    tls: ServerTls,
    received: usize,
    kept: Vec<u8>,
    acceptor: Option<Acceptor>,
}

impl Hello {
    pub(super) fn new(tls: ServerTls, connection: Connection) -> Self {
        Self { connection: Some(connection), tls, received: 0, kept: Vec::new(), acceptor: None }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Accept<Connection>>> {
        loop {
            let mut space = [0; READ];
            let read = ready!(self.poll_read(&mut space, cx))?;
            if let Some(accept) = self.take(&space[..read], cx)? {
                return Poll::Ready(Ok(accept));
            }
        }
    }

    fn connection(&mut self) -> Pin<&mut Connection> {
        Pin::new(self.connection.as_mut().expect("it is here until the ClientHello is"))
    }

    /// No more than the limit, so that what follows a ClientHello does not count.
    fn poll_read(&mut self, space: &mut [u8], cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let (received, limit) = (self.received, self.tls.hello_limit());
        let Some(left) = limit.checked_sub(received).filter(|left| *left > 0) else {
            let too_long = ClientHelloTooLong { received, limit };
            return Poll::Ready(Err(Error::new(ErrorKind::Tls).with_source(too_long).into()));
        };
        let room = left.min(space.len());
        let mut buf = ReadBuf::new(&mut space[..room]);
        ready!(self.connection().poll_read(cx, &mut buf))?;
        let read = buf.filled().len();
        self.received += read;
        Poll::Ready(if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(read) })
    }

    fn take(
        &mut self,
        bytes: &[u8],
        cx: &mut Context<'_>,
    ) -> io::Result<Option<Accept<Connection>>> {
        let is_first = self.kept.is_empty() && records::are_worth_a_look(bytes);
        if self.acceptor.is_some() || is_first {
            return self.look(bytes, cx);
        }
        if self.kept.capacity() - self.kept.len() < bytes.len() {
            self.kept.reserve_exact(bytes.len().max(STEP));
        }
        self.kept.extend_from_slice(bytes);
        if !records::are_worth_a_look(&self.kept) {
            return Ok(None);
        }
        let kept = mem::take(&mut self.kept);
        self.look(&kept, cx)
    }

    fn look(
        &mut self,
        mut bytes: &[u8],
        cx: &mut Context<'_>,
    ) -> io::Result<Option<Accept<Connection>>> {
        let acceptor = self.acceptor.get_or_insert_default();
        while !bytes.is_empty() {
            acceptor.read_tls(&mut bytes)?;
            match acceptor.accept() {
                Ok(Some(accepted)) => return Ok(self.accept(accepted, bytes)),
                Ok(None) => {}
                Err((error, alert)) => return Err(self.refuse(error, alert, cx)),
            }
        }
        Ok(None)
    }

    fn accept(&mut self, accepted: Accepted, mut rest: &[u8]) -> Option<Accept<Connection>> {
        let start = StartHandshake::from_parts(accepted, self.connection.take()?);
        Some(start.into_stream_with(self.tls.config(), |session| {
            while !rest.is_empty() && session.read_tls(&mut rest).is_ok() {}
        }))
    }

    /// An alert of seven bytes finds room in a socket that nothing was sent on.
    fn refuse(
        &mut self,
        error: rustls::Error,
        mut alert: AcceptedAlert,
        cx: &mut Context<'_>,
    ) -> io::Error {
        let mut record = Vec::new();
        if alert.write_all(&mut record).is_ok() {
            let _ = self.connection().poll_write(cx, &record);
        }
        io::Error::new(io::ErrorKind::InvalidData, error)
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
