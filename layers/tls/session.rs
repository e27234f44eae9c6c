//! A session of rustls in one place of memory, from its handshake to its end.
//!
//! It takes more than a kilobyte, which a memory allocator hands out slowly: a
//! handshake with an allocation of its own costs 0.4 % more.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, Connect, TlsStream};

use super::hello::Hello;
use crate::Connection;

/// How far it has come.
pub(super) enum Session {
    // ## Hello => Server => Open
    Hello(Hello),
    Server(Accept<Connection>),
    // ## Client => Open
    Client(Connect<Connection>),
    Open(TlsStream<Connection>),
}

impl Session {
    /// Goes on until it is open.
    pub(super) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            *self = match self {
                Self::Hello(hello) => Self::Server(ready!(hello.poll(cx))?),
                Self::Server(accept) => Self::Open(ready!(Pin::new(accept).poll(cx))?.into()),
                Self::Client(connect) => Self::Open(ready!(Pin::new(connect).poll(cx))?.into()),
                Self::Open(_) => return Poll::Ready(Ok(())),
            };
        }
    }
}

/// What carries the bytes once a session is open.
pub(crate) struct TlsTransport(Box<Session>);

impl TlsTransport {
    /// Waits for a session to be open and takes it then.
    ///
    /// # Panics
    ///
    /// When it is polled after it finished.
    pub(super) fn poll(
        session: &mut Option<Box<Session>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Self>> {
        let mut pending = session.take().expect("polled after it finished");
        match pending.poll_open(cx) {
            Poll::Ready(opened) => Poll::Ready(opened.map(|()| Self(pending))),
            Poll::Pending => {
                *session = Some(pending);
                Poll::Pending
            }
        }
    }

    pub(super) fn stream(&self) -> &TlsStream<Connection> {
        match &*self.0 {
            Session::Open(stream) => stream,
            _ => unreachable!("it was open when this was made"),
        }
    }

    fn stream_mut(&mut self) -> Pin<&mut TlsStream<Connection>> {
        match &mut *self.0 {
            Session::Open(stream) => Pin::new(stream),
            _ => unreachable!("it was open when this was made"),
        }
    }

    /// What is below.
    pub(crate) fn get_ref(&self) -> &Connection {
        self.stream().get_ref().0
    }
}

impl AsyncRead for TlsTransport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream_mut().poll_read(cx, buf)
    }
}

impl AsyncWrite for TlsTransport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream_mut().poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream_mut().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream().is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream_mut().poll_shutdown(cx)
    }
}
