use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

use crate::{
    Connection, Error,
    proxy_header::{ProxyHeader, broken, failed, missing},
};

/// What is read at once, at most. What is kept grows with what has come.
const CHUNK: usize = 256;

/// A header as it comes in.
#[derive(Debug)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    longest: usize,
}

impl Incoming {
    pub(super) fn new(longest: usize) -> Self {
        Self { bytes: Vec::new(), longest }
    }

    /// Reads up to the last byte of the header. The error has no peer.
    pub(super) fn poll(
        &mut self,
        connection: &mut Connection,
        cx: &mut Context<'_>,
    ) -> Poll<Result<ProxyHeader, Error>> {
        loop {
            let missing = missing(&self.bytes, self.longest)?;
            if missing == 0 {
                return Poll::Ready(ProxyHeader::from_bytes(&self.bytes));
            }
            let read = ready!(self.poll_read(missing, connection, cx)).map_err(broken)?;
            if read == 0 {
                return Poll::Ready(Err(failed(match self.bytes.len() {
                    0 => "the connection ended before it",
                    _ => "the connection ended in the middle of it",
                })));
            }
        }
    }

    fn poll_read(
        &mut self,
        missing: usize,
        connection: &mut Connection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut chunk = [0; CHUNK];
        let mut buf = ReadBuf::new(&mut chunk[..missing.min(CHUNK)]);
        ready!(Pin::new(connection).poll_read(cx, &mut buf))?;
        self.bytes.extend_from_slice(buf.filled());
        Poll::Ready(Ok(buf.filled().len()))
    }
}
