//! A server's wait for the ClientHello, in which it owes strangers little.

mod records;
mod server_name;
mod too_long;

use std::{
    io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use rustls::ContentType;
use tokio::io::{AsyncRead, ReadBuf};

pub use self::too_long::ClientHelloTooLong;
use super::{ServerTls, error::invalid, stream::TlsStream};
use crate::{Connection, Error, ErrorKind};

/// Room for a ClientHello as they are.
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

    /// The session that has begun, and the name that its client asked for.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Begun>> {
        loop {
            let mut space = [0; READ];
            let room = self.room()?.min(READ);
            let mut buf = ReadBuf::new(&mut space[..room]);
            ready!(Pin::new(self.connection()).poll_read(cx, &mut buf))?;
            let read = buf.filled_mut();
            if read.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            if self.kept.is_empty() && records::are_worth_a_look(read) {
                return Poll::Ready(self.begin(read));
            }
            self.keep(read);
            if records::are_worth_a_look(&self.kept) {
                let mut kept = mem::take(&mut self.kept);
                return Poll::Ready(self.begin(&mut kept));
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

    fn begin(&mut self, hello: &mut [u8]) -> io::Result<Begun> {
        let connection = self.connection.take().expect("it is here until the ClientHello is");
        let content = hello.first().map_or(ContentType::Unknown(0), |first| (*first).into());
        let server_name = server_name::server_name(&records::messages(hello));
        let stream = TlsStream::server(self.tls.config(), connection, hello).map_err(invalid)?;
        // Only a ClientHello has an answer.
        if !stream.has_answer() {
            return Err(invalid(inappropriate(content)));
        }
        Ok(Begun { stream, server_name })
    }
}

/// What a ClientHello began.
pub(super) struct Begun {
    pub(super) stream: Box<TlsStream>,
    pub(super) server_name: Option<String>,
}

fn inappropriate(content: ContentType) -> rustls::Error {
    let expect_types = vec![ContentType::Handshake];
    rustls::Error::InappropriateMessage { expect_types, got_type: content }
}
