use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

use super::{
    TlsStream,
    lent::{Lent, PLAINTEXT},
    output::Reading,
    session::Saying,
};

/// The longest record (RFC 5246, section 6.2.3). At least as much is read.
const RECORD: usize = 5 + (16 * 1024) + 2048;

impl TlsStream {
    /// Reads once, and takes what has come: the handshake goes on with it, or
    /// what the peer said goes to `buf`.
    pub(super) fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut lent = Lent::new();
        let kept = self.received.len();
        let room = buf.remaining().clamp(RECORD, PLAINTEXT).min(lent.len().saturating_sub(kept));
        if room == 0 {
            let reason = "a TLS handshake message in too many records";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, reason)));
        }
        lent[..kept].copy_from_slice(&self.received);
        let mut read = ReadBuf::new(&mut lent[kept..kept + room]);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut read))?;
        let received = kept + read.filled().len();
        if received == kept {
            let reason = "peer closed connection without sending TLS close_notify";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason)));
        }
        self.receive(&mut lent[..received], buf);
        Poll::Ready(Ok(()))
    }

    /// What is not whole is kept.
    pub(super) fn receive(&mut self, received: &mut [u8], buf: &mut ReadBuf<'_>) {
        let (_, done) = self.process(received, buf, Saying::Nothing, &mut Vec::new());
        self.received.clear();
        self.received.extend_from_slice(&received[done..]);
        if self.received.is_empty() {
            // Its memory goes too.
            self.received = Vec::new();
        }
    }
}

/// What came before an error is read before it.
impl AsyncRead for TlsStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.remaining();
        while buf.remaining() == before && before > 0 {
            if !this.plaintext.is_empty() {
                let kept = this.plaintext.as_slice();
                let fits = kept.len().min(before);
                buf.put_slice(&kept[..fits]);
                this.plaintext.consume(fits);
            } else if matches!(this.reading, Reading::Ended) {
                break;
            } else {
                this.unless_failed(cx)?;
                ready!(this.poll_receive(cx, buf))?;
            }
        }
        Poll::Ready(Ok(()))
    }
}
