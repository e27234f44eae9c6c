use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, BufReader, BufWriter};

use crate::Connection;

/// A connection as it was used in plain text: itself, or through a buffer.
///
/// Implemented for [`Connection`], for tokio's [`BufReader`] and [`BufWriter`]
/// over one, or over each other, and for a connection with the bytes that were
/// read too many, as `FramedParts` of tokio-util and `Parts` of hyper have
/// them. tokio's `BufStream` tells nobody what it has read: use
/// `BufReader<BufWriter<Connection>>`.
pub trait Plaintext: Sealed {}

impl<T: Sealed> Plaintext for T {}

#[expect(unnameable_types, reason = "this is what seals `Plaintext`")]
pub trait Sealed: Unpin {
    fn connection(&self) -> &Connection;

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Whether something was read and not yet used.
    fn has_unread(&self) -> bool;

    fn into_connection(self) -> Connection;
}

impl Sealed for Connection {
    fn connection(&self) -> &Connection {
        self
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(self), cx)
    }

    fn has_unread(&self) -> bool {
        false
    }

    fn into_connection(self) -> Connection {
        self
    }
}

impl<P: Sealed + AsyncRead + AsyncWrite> Sealed for BufReader<P> {
    fn connection(&self) -> &Connection {
        self.get_ref().connection()
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(self), cx)
    }

    fn has_unread(&self) -> bool {
        !self.buffer().is_empty() || self.get_ref().has_unread()
    }

    fn into_connection(self) -> Connection {
        self.into_inner().into_connection()
    }
}

impl<P: Sealed + AsyncWrite> Sealed for BufWriter<P> {
    fn connection(&self) -> &Connection {
        self.get_ref().connection()
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(self), cx)
    }

    fn has_unread(&self) -> bool {
        self.get_ref().has_unread()
    }

    fn into_connection(self) -> Connection {
        self.into_inner().into_connection()
    }
}

impl<B: AsRef<[u8]> + Unpin> Sealed for (Connection, B) {
    fn connection(&self) -> &Connection {
        &self.0
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(&mut self.0), cx)
    }

    fn has_unread(&self) -> bool {
        !self.1.as_ref().is_empty()
    }

    fn into_connection(self) -> Connection {
        self.0
    }
}
