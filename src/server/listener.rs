//! What all listening sockets have in common.

use std::{
    fmt, io,
    os::fd::OwnedFd,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
};

use futures_core::Stream;

use super::{
    Incoming, ServerHandle,
    backoff::{Backoff, Verdict, verdict},
};
use crate::{
    Address, Connection, ConnectionInfo, Error, ErrorKind, connection::Transport, reconsider,
    tally::Tally,
};

/// How often one poll may go round before it lets others run.
const BUDGET: usize = 64;

/// What accept(2) gave: a socket and the address of its peer.
pub(crate) type Accepted = io::Result<(Transport, Option<Address>)>;

/// A listening socket.
pub(crate) trait Listen: Send + 'static {
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<Accepted>;

    /// A duplicate for whoever goes on listening after this one is closed.
    fn descriptor(&self) -> io::Result<OwnedFd>;
}

/// What a handle does to a listener.
pub(super) trait Control: Send + Sync {
    fn address(&self) -> Option<Address>;
    fn descriptor(&self) -> Option<io::Result<OwnedFd>>;
    fn pause(&self);
    fn resume(&self);
    fn is_paused(&self) -> bool;
    fn close(&self);
    fn tally(&self) -> &Tally;
}

/// A listening socket as a stream of connections.
pub(crate) struct Listener<L> {
    shared: Arc<Shared<L>>,
    handle: ServerHandle,
    backoff: Backoff,
}

struct Shared<L> {
    tally: Arc<Tally>,
    state: Mutex<State<L>>,
}

struct State<L> {
    /// Taken out by `close`, even while nobody polls.
    socket: Option<L>,
    paused: bool,
    waker: Option<Waker>,
}

impl<L: Listen> Listener<L> {
    pub(crate) fn new(socket: L, address: Address) -> Self {
        let state = State { socket: Some(socket), paused: false, waker: None };
        let tally = Arc::new(Tally::new(address));
        let shared = Arc::new(Shared { tally, state: Mutex::new(state) });
        let registry = shared.tally.open().clone();
        let handle = ServerHandle::new(Arc::clone(&shared) as Arc<dyn Control>, registry);
        Self { shared, handle, backoff: Backoff::default() }
    }

    /// `None` where accepting should simply be tried again.
    fn failed(&mut self, error: io::Error) -> Option<Error> {
        let registry = self.handle.connections();
        let report = match verdict(&error) {
            Verdict::Retry => false,
            Verdict::Exhausted => self.backoff.failed(registry),
            Verdict::Fatal => {
                self.handle.close();
                true
            }
            Verdict::Unknown => {
                self.backoff.failed(registry);
                true
            }
        };
        report.then(|| {
            self.shared.tally.count_failed(ErrorKind::Accept);
            Error::new(ErrorKind::Accept).with_source(error)
        })
    }

    fn poll_connection(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Connection>>> {
        if self.backoff.poll_ready(self.handle.connections(), cx).is_pending() {
            return self.shared.wait(cx);
        }
        let polled = self.shared.poll_accept(cx);
        if polled.is_pending() {
            self.backoff.idle();
        }
        polled
    }
}

impl<L: Listen> Stream for Listener<L> {
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        for _ in 0..BUDGET {
            let Some(accepted) = ready!(this.poll_connection(cx)) else {
                return Poll::Ready(None);
            };
            let item = match accepted {
                Ok(connection) => Some(Ok(connection)),
                Err(error) => this.failed(error).map(Err),
            };
            if item.is_some() {
                return Poll::Ready(item);
            }
        }
        // Nothing but errors that should pass: they may go on for ever.
        this.backoff.failed(this.handle.connections());
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Nothing comes any more once it is closed.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.handle.is_closed().then_some(0))
    }
}

impl<L: Listen> Incoming for Listener<L> {
    fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }
}

/// Dropping a server closes it.
impl<L> Drop for Listener<L> {
    fn drop(&mut self) {
        self.shared.take();
    }
}

impl<L> Shared<L> {
    fn state(&self) -> MutexGuard<'_, State<L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until something changes; `None` once it is closed.
    fn wait<T>(&self, cx: &Context<'_>) -> Poll<Option<T>> {
        let mut state = self.state();
        state.wake_on_change(cx);
        if state.socket.is_some() { Poll::Pending } else { Poll::Ready(None) }
    }

    fn take(&self) {
        let mut state = self.state();
        let (socket, waker) = (state.socket.take(), state.waker.take());
        drop(state);
        drop(socket);
        waker.into_iter().for_each(Waker::wake);
        reconsider::everyone();
    }

    fn set_paused(&self, paused: bool) {
        let mut state = self.state();
        let waker = if state.paused == paused { None } else { state.waker.take() };
        state.paused = paused;
        drop(state);
        waker.into_iter().for_each(Waker::wake);
    }
}

impl<L: Listen> Shared<L> {
    /// Lists it under the lock: once `close` has returned, whatever was accepted
    /// is listed.
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Connection>>> {
        let mut state = self.state();
        let Some(socket) = &state.socket else { return Poll::Ready(None) };
        if !state.paused
            && let Poll::Ready(accepted) = socket.poll_accept(cx)
        {
            return Poll::Ready(Some(accepted.map(|(transport, peer)| {
                let info = ConnectionInfo::accepted(peer, &self.tally);
                Connection::from_transport(transport, info)
            })));
        }
        state.wake_on_change(cx);
        Poll::Pending
    }
}

impl<L> State<L> {
    fn wake_on_change(&mut self, cx: &Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            waker @ None => *waker = Some(cx.waker().clone()),
        }
    }
}

impl<L: Listen> Control for Shared<L> {
    fn address(&self) -> Option<Address> {
        self.state().socket.as_ref().map(|_| self.tally.listener().clone())
    }

    fn descriptor(&self) -> Option<io::Result<OwnedFd>> {
        self.state().socket.as_ref().map(L::descriptor)
    }

    fn pause(&self) {
        self.set_paused(true);
    }

    fn resume(&self) {
        self.set_paused(false);
    }

    fn is_paused(&self) -> bool {
        let state = self.state();
        state.paused && state.socket.is_some()
    }

    fn close(&self) {
        self.take();
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl<L> fmt::Debug for Listener<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("handle", &self.handle).finish_non_exhaustive()
    }
}
