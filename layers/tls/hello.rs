//! A server's wait for the ClientHello, in which it owes strangers little.

use std::{
    error::Error as StdError,
    fmt, io,
    mem::{self, MaybeUninit},
    pin::Pin,
    task::{Context, Poll, ready},
};

use rustls::{ContentType, ServerConnection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, TlsAcceptor};

use super::{ServerTls, records};
use crate::{Connection, Error, ErrorKind};

/// As much as rustls takes at a time.
const READ: usize = 4096;
/// How much room is made for what dribbles in.
const STEP: usize = 1024;

/// Until the ClientHello is here.
///
/// A session of rustls is large from its first byte on, so there is none until
/// the ClientHello is whole.
pub(super) struct Hello {
    connection: Option<Connection>,
    tls: ServerTls,
    kept: Vec<u8>,
}

impl Hello {
    pub(super) fn new(tls: ServerTls, connection: Connection) -> Self {
        Self { connection: Some(connection), tls, kept: Vec::new() }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Accept<Connection>>> {
        loop {
            let mut space = [const { MaybeUninit::uninit() }; READ];
            let room = self.room()?.min(READ);
            let mut buf = ReadBuf::uninit(&mut space[..room]);
            ready!(Pin::new(self.connection()).poll_read(cx, &mut buf))?;
            let read = buf.filled();
            if read.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            if self.kept.is_empty() && records::are_worth_a_look(read) {
                return Poll::Ready(self.accept(read, cx));
            }
            self.keep(read);
            if records::are_worth_a_look(&self.kept) {
                let kept = mem::take(&mut self.kept);
                return Poll::Ready(self.accept(&kept, cx));
            }
        }
    }

    fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is here until the ClientHello is")
    }

    /// For no more than the limit, so that what follows a ClientHello does not
    /// count.
    fn room(&self) -> io::Result<usize> {
        let (received, limit) = (self.kept.len(), self.tls.hello_limit());
        let left = limit.checked_sub(received).filter(|left| *left > 0);
        let too_long = || ClientHelloTooLong { received, limit };
        left.ok_or_else(|| Error::new(ErrorKind::Tls).with_source(too_long()).into())
    }

    fn keep(&mut self, read: &[u8]) {
        if self.kept.capacity() - self.kept.len() < read.len() {
            self.kept.reserve_exact(read.len().max(STEP));
        }
        self.kept.extend_from_slice(read);
    }

    /// An alert of seven bytes finds room in a socket that nothing was sent on.
    fn accept(&mut self, hello: &[u8], cx: &mut Context<'_>) -> io::Result<Accept<Connection>> {
        let connection = self.connection.take().expect("it is here until the ClientHello is");
        let mut answered = Ok(());
        let mut accept = TlsAcceptor::from(self.tls.config())
            .accept_with(connection, |session| answered = answer(session, hello));
        let Err((error, alert)) = answered else { return Ok(accept) };
        if let Some(connection) = accept.get_mut() {
            let _ = Pin::new(connection).poll_write(cx, &alert);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// Gives a session its first bytes. An error comes with the alert for the client.
fn answer(
    session: &mut ServerConnection,
    mut hello: &[u8],
) -> Result<(), (rustls::Error, Vec<u8>)> {
    let content = hello.first().map_or(ContentType::Unknown(0), |first| (*first).into());
    let mut take = || {
        while !hello.is_empty() && session.read_tls(&mut hello).is_ok() {
            session.process_new_packets()?;
        }
        // Only a ClientHello has an answer.
        if session.wants_write() { Ok(()) } else { Err(inappropriate(content)) }
    };
    take().map_err(|error| {
        let mut alert = Vec::new();
        // A `Vec` takes everything.
        let _ = session.write_tls(&mut alert);
        (error, alert)
    })
}

fn inappropriate(content: ContentType) -> rustls::Error {
    let expect_types = vec![ContentType::Handshake];
    rustls::Error::InappropriateMessage { expect_types, got_type: content }
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
