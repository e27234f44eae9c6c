use std::io;

use tokio::io::ReadBuf;

use super::remainder::Remainder;
use crate::layers::tls::error::invalid;

/// What is to be expected of the peer.
pub(super) enum Reading {
    Open,
    /// It has announced that there is no more.
    Ended,
    /// The session is over.
    Failed(Box<rustls::Error>),
}

impl Reading {
    pub(super) fn failure(&self) -> io::Result<()> {
        match self {
            Self::Failed(error) => Err(invalid(rustls::Error::clone(error))),
            Self::Open | Self::Ended => Ok(()),
        }
    }
}

/// Where things go that come of records.
pub(super) struct Output<'a, 'b> {
    /// Of whoever reads.
    pub(super) buf: &'a mut ReadBuf<'b>,
    pub(super) plaintext: &'a mut Remainder,
    pub(super) reading: &'a mut Reading,
    /// Records for the peer, before any others.
    pub(super) answer: &'a mut Vec<u8>,
}

impl Output<'_, '_> {
    /// What does not fit into `buf` is kept.
    pub(super) fn plaintext(&mut self, bytes: &[u8]) {
        let room = if self.plaintext.is_empty() { self.buf.remaining() } else { 0 };
        let (now, later) = bytes.split_at(room.min(bytes.len()));
        self.buf.put_slice(now);
        self.plaintext.extend(later);
    }

    pub(super) fn end(&mut self) {
        *self.reading = Reading::Ended;
    }
}
