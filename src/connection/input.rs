//! What has come before anyone reads.

use std::{
    io,
    os::fd::AsRawFd,
    pin::Pin,
    task::{Context, Poll},
};

use nix::sys::socket::{MsgFlags, recv};
use tokio::io::{AsyncRead, ReadBuf};

use super::{Connection, Transport};

impl Connection {
    /// Whether bytes wait to be read at this moment. A socket is asked and
    /// keeps them; from anything else one byte is taken.
    pub(crate) fn has_input(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        match &self.transport {
            Transport::Tcp(socket) => Ok(peek(socket)),
            Transport::Unix(socket) => Ok(peek(&**socket)),
            Transport::Tls(_) | Transport::Other(_) => self.take_byte(cx),
        }
    }

    fn take_byte(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        let mut byte = [0];
        let mut buf = ReadBuf::new(&mut byte);
        match Pin::new(self).poll_read(cx, &mut buf) {
            Poll::Ready(Ok(())) => Ok(!buf.filled().is_empty()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Ok(false),
        }
    }
}

/// recv(2) and not tokio's `peek`, which knows only what the runtime has heard.
/// Errors are left to whoever reads.
fn peek(socket: &impl AsRawFd) -> bool {
    let flags = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
    recv(socket.as_raw_fd(), &mut [0], flags).is_ok_and(|bytes| bytes > 0)
}
