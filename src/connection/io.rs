//! tokio's I/O traits.
//!
//! The innermost connection counts bytes and listens for `close`; one around
//! it, over TLS for example, only hands on.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Connection, Transport};

/// Calls a method of whichever stream it is.
macro_rules! with_stream {
    ($transport:expr, $stream:ident => $call:expr) => {
        match $transport {
            Transport::Tcp($stream) => $call,
            Transport::Unix($stream) => $call,
            #[cfg(feature = "tls")]
            Transport::Tls($stream) => $call,
            Transport::Other($stream) => $call,
        }
    };
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.owner.keeps_books() {
            return with_stream!(&mut this.transport, s => Pin::new(s).poll_read(cx, buf));
        }
        if let Some(closed) = this.info().closing() {
            return Poll::Ready(Err(closed));
        }
        let before = buf.remaining();
        let polled = with_stream!(&mut this.transport, s => Pin::new(s).poll_read(cx, buf));
        match &polled {
            Poll::Ready(Ok(())) => this.info().count_read(before - buf.remaining()),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => return pending_or(this.owner.wait_to_read(cx)),
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.guard_write(
            cx,
            |transport, cx| with_stream!(transport, s => Pin::new(s).poll_write(cx, buf)),
        )
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.guard_write(
            cx,
            |transport, cx| with_stream!(transport, s => Pin::new(s).poll_write_vectored(cx, bufs)),
        )
    }

    fn is_write_vectored(&self) -> bool {
        with_stream!(&self.transport, s => s.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = with_stream!(&mut this.transport, s => Pin::new(s).poll_flush(cx));
        this.unless_closed(cx, flushed)
    }

    /// Idempotent. A plain socket whose peer is gone already is no error; over
    /// TLS a `close_notify` that cannot be sent is one.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shutdown = with_stream!(&mut this.transport, s => Pin::new(s).poll_shutdown(cx));
        match this.unless_closed(cx, shutdown) {
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::NotConnected => {
                Poll::Ready(Ok(()))
            }
            polled => polled,
        }
    }
}

impl Connection {
    fn guard_write(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(&mut Transport, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if !self.owner.keeps_books() {
            return write(&mut self.transport, cx);
        }
        if let Some(closed) = self.info().closing() {
            return Poll::Ready(Err(closed));
        }
        let polled = write(&mut self.transport, cx);
        if let Poll::Ready(Ok(written)) = &polled {
            self.info().count_written(*written);
        }
        self.unless_closed(cx, polled)
    }

    /// What waits to be written ends with `close`.
    fn unless_closed<T>(
        &self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() || !self.owner.keeps_books() {
            return polled;
        }
        pending_or(self.info().wait_to_write(cx))
    }
}

fn pending_or<T>(closed: Option<io::Error>) -> Poll<io::Result<T>> {
    closed.map_or(Poll::Pending, |error| Poll::Ready(Err(error)))
}
