//! A session of rustls over a connection.
//!
//! rustls' buffered sessions, which tokio-rustls is made of, keep four
//! kilobytes each to read into: more than all that a connection needs while it
//! waits. So these are unbuffered. What is read and written passes through
//! buffers of the thread's, and a connection keeps only what is left over.

mod lent;
mod output;
mod read;
mod remainder;
mod session;
mod write;

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{ClientConfig, CommonState, ServerConfig, pki_types::ServerName};
use tokio::io::{AsyncWrite, ReadBuf};

use self::{
    output::{Output, Reading},
    remainder::Remainder,
    session::{Processed, Saying, Session},
};
use crate::Connection;

/// What carries the bytes once a session is open.
pub(crate) struct TlsStream {
    io: Connection,
    session: Session,
    /// The beginning of a record, or of a message in several.
    received: Vec<u8>,
    /// What the peer has said and nobody has read.
    plaintext: Remainder,
    reading: Reading,
    /// Records for the peer.
    unsent: Remainder,
    is_shut_down: bool,
}

impl TlsStream {
    /// Nothing is sent before it is polled.
    pub(super) fn client(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        io: Connection,
    ) -> Result<Box<Self>, rustls::Error> {
        let mut stream = Self::new(Session::client(config, name)?, io);
        stream.receive(&mut [], &mut ReadBuf::new(&mut []));
        Ok(stream)
    }

    /// With the ClientHello, and what came after it.
    pub(super) fn server(
        config: Arc<ServerConfig>,
        io: Connection,
        hello: &mut [u8],
    ) -> Result<Box<Self>, rustls::Error> {
        let mut stream = Self::new(Session::server(config)?, io);
        stream.receive(hello, &mut ReadBuf::new(&mut []));
        Ok(stream)
    }

    fn new(session: Session, io: Connection) -> Box<Self> {
        Box::new(Self {
            io,
            session,
            received: Vec::new(),
            plaintext: Remainder::default(),
            reading: Reading::Open,
            unsent: Remainder::default(),
            is_shut_down: false,
        })
    }

    /// Whether anything but silence follows from what was received.
    pub(super) fn has_answer(&self) -> bool {
        !self.unsent.is_empty() || matches!(self.reading, Reading::Failed(_))
    }

    /// Until both sides have agreed and know of it.
    pub(super) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.unless_failed(cx)?;
            ready!(self.poll_send(cx))?;
            ready!(Pin::new(&mut self.io).poll_flush(cx))?;
            if !self.session.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            if matches!(self.reading, Reading::Ended) {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            ready!(self.poll_receive(cx, &mut ReadBuf::new(&mut [])))?;
        }
    }

    /// The error comes with a last try to send the alert that says it. The peer
    /// may be gone already, which is not what is wrong.
    fn unless_failed(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.reading.failure().inspect_err(|_| {
            let _alert = self.poll_send(cx);
        })
    }

    /// What both sides agreed on.
    pub(super) fn session(&self) -> &CommonState {
        &self.session
    }

    /// What is below.
    pub(crate) fn get_ref(&self) -> &Connection {
        &self.io
    }

    /// How long the records are that say it, and how many bytes of those that
    /// were received are done with.
    fn process(
        &mut self,
        received: &mut [u8],
        buf: &mut ReadBuf<'_>,
        saying: Saying<'_>,
        to: &mut Vec<u8>,
    ) -> (usize, usize) {
        if matches!(self.reading, Reading::Failed(_)) {
            return (0, received.len());
        }
        let Self { session, plaintext, reading, unsent, .. } = self;
        let mut output = Output { buf, plaintext, reading, answer: unsent.as_mut_vec() };
        let Processed { done, said } = session.process(received, &mut output, saying, to);
        let said = said.unwrap_or_else(|error| {
            self.reading = Reading::Failed(Box::new(error));
            0
        });
        (said, done)
    }
}
