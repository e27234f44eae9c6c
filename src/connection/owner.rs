use std::sync::atomic::Ordering;

use super::{ConnectionInfo, ConnectionState};

/// A connection's share in its facts. Of several that wrap each other, TLS over
/// TCP, say, the innermost keeps the books: it counts the bytes, listens for
/// `close`, and says when the descriptor is gone.
pub(super) struct Owner {
    info: ConnectionInfo,
    keeps_books: bool,
}

impl Owner {
    pub(super) fn new(info: ConnectionInfo) -> Self {
        let keeps_books = !info.books_kept().swap(true, Ordering::AcqRel);
        Self { info, keeps_books }
    }

    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    pub(super) fn keeps_books(&self) -> bool {
        self.keeps_books
    }

    /// Leaves the books to whoever makes a connection of the parts.
    pub(super) fn leave(mut self) -> Leaving {
        if std::mem::take(&mut self.keeps_books) {
            self.info.books_kept().store(false, Ordering::Release);
        }
        Leaving(self.info.clone())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if self.keeps_books {
            self.info.set_state(ConnectionState::Closed);
        }
    }
}

/// The descriptor is gone with this, unless another connection has taken over.
pub(super) struct Leaving(ConnectionInfo);

impl Drop for Leaving {
    fn drop(&mut self) {
        if !self.0.books_kept().load(Ordering::Acquire) {
            self.0.set_state(ConnectionState::Closed);
        }
    }
}
