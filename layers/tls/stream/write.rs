use std::{
    io::{self, IoSlice},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncWrite, ReadBuf};

use super::{
    TlsStream,
    lent::{Lent, PLAINTEXT},
    output::Reading,
    session::Saying,
};

impl TlsStream {
    /// Until nothing is unsent.
    pub(super) fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let sent = ready!(Pin::new(&mut self.io).poll_write(cx, self.unsent.as_slice()))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.consume(sent);
        }
        Poll::Ready(Ok(()))
    }

    /// How long the records are that say it. They are sent, or unsent.
    fn say(&mut self, cx: &mut Context<'_>, saying: Saying<'_>) -> io::Result<usize> {
        let mut to = Lent::new();
        let mut received = mem::take(&mut self.received);
        let nobody_reads = &mut ReadBuf::new(&mut []);
        let (said, done) = self.process(&mut received, nobody_reads, saying, &mut to);
        received.drain(..done);
        self.received = received;
        self.unless_failed(cx)?;
        self.send(cx, &to[..said])?;
        Ok(said)
    }

    /// Sends what there is room for at once, and the rest with what comes next.
    fn send(&mut self, cx: &mut Context<'_>, records: &[u8]) -> io::Result<()> {
        if !self.unsent.is_empty() {
            self.unsent.extend(records);
            let _later = self.poll_send(cx)?;
            return Ok(());
        }
        let sent = match Pin::new(&mut self.io).poll_write(cx, records) {
            Poll::Ready(sent) => sent?,
            Poll::Pending => 0,
        };
        self.unsent.extend(&records[sent..]);
        Ok(())
    }
}

/// What is written is with the operating system after a flush.
impl AsyncWrite for TlsStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_shut_down {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        ready!(this.poll_send(cx))?;
        let taken = buf.len().min(PLAINTEXT);
        if taken > 0 && this.say(cx, Saying::Plaintext(&buf[..taken]))? == 0 {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        }
        Poll::Ready(Ok(taken))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_send(cx))?;
        if let [buf] = bufs {
            return self.poll_write(cx, buf);
        }
        let (mut gathered, mut length) = (Lent::new(), 0);
        for buf in bufs {
            let part = &buf[..buf.len().min(PLAINTEXT - length)];
            gathered[length..][..part.len()].copy_from_slice(part);
            length += part.len();
        }
        self.poll_write(cx, &gathered[..length])
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    /// With a close_notify, after which reading goes on.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.is_shut_down && !matches!(this.reading, Reading::Failed(_)) {
            this.say(cx, Saying::CloseNotify)?;
        }
        this.is_shut_down = true;
        ready!(this.poll_send(cx))?;
        Pin::new(&mut this.io).poll_shutdown(cx)
    }
}
