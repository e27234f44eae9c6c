//! hyper's I/O traits, on the same type.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::ReadBufCursor;
use hyper_util::{
    client::legacy::connect::{Connected, Connection as Connect},
    rt::TokioIo,
};
use tokio::io::AsyncWrite;

use super::Connection;

impl hyper::rt::Read for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut io = TokioIo::new(self.get_mut());
        hyper::rt::Read::poll_read(Pin::new(&mut io), cx, buf)
    }
}

impl hyper::rt::Write for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self, cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_shutdown(self, cx)
    }

    fn is_write_vectored(&self) -> bool {
        AsyncWrite::is_write_vectored(self)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write_vectored(self, cx, bufs)
    }
}

/// Tells hyper-util's client that HTTP/2 was agreed on (ALPN `h2`), and puts
/// the [`ConnectionInfo`](super::ConnectionInfo) into the extensions of each
/// response.
impl Connect for Connection {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(self.info().clone());
        #[cfg(feature = "tls")]
        if self.info().tls().and_then(|tls| tls.alpn_protocol()) == Some(b"h2") {
            return connected.negotiated_h2();
        }
        connected
    }
}
