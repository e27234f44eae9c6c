use std::{
    io, ptr,
    sync::atomic::Ordering,
    task::{Context, RawWakerVTable, Waker},
};

use super::{ConnectionInfo, ConnectionState};

/// A connection's share in its facts. Of several that wrap each other, TLS over
/// TCP, say, the innermost keeps the books: it counts the bytes, listens for
/// `close`, and says when the descriptor is gone.
pub(super) struct Owner {
    info: ConnectionInfo,
    keeps_books: bool,
    reader: Reader,
}

impl Owner {
    pub(super) fn new(info: ConnectionInfo) -> Self {
        let keeps_books = !info.books_kept().swap(true, Ordering::AcqRel);
        Self { info, keeps_books, reader: Reader::default() }
    }

    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    pub(super) fn keeps_books(&self) -> bool {
        self.keeps_books
    }

    /// Lets `close` wake the reader. The error of a connection that was asked to
    /// end, now or before.
    pub(super) fn wait_to_read(&mut self, cx: &Context<'_>) -> Option<io::Error> {
        if self.reader.is(cx.waker()) {
            return None;
        }
        self.reader = Reader::of(cx.waker());
        self.info.wait_to_read(cx)
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

/// Whom `close` wakes already. It wakes once and for all, so there is no need to
/// tell it the same again. The facts hold the waker itself, which keeps these
/// addresses its own.
#[derive(Default)]
struct Reader(Option<(usize, &'static RawWakerVTable)>);

impl Reader {
    fn of(waker: &Waker) -> Self {
        Self(Some((waker.data().addr(), waker.vtable())))
    }

    fn is(&self, waker: &Waker) -> bool {
        self.0.is_some_and(|(data, vtable)| {
            data == waker.data().addr() && ptr::eq(vtable, waker.vtable())
        })
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
