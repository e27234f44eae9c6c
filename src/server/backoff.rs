use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use nix::errno::Errno;
use tokio::{
    sync::futures::OwnedNotified,
    time::{Instant, Sleep, sleep},
};

use crate::Registry;

const FIRST: Duration = Duration::from_millis(5);
const LAST: Duration = Duration::from_secs(1);

/// What accept(2) said, by what to do about it.
pub(super) enum Verdict {
    /// This one connection is lost; the next may be fine.
    Retry,
    /// Descriptors or memory have run out: wait.
    Exhausted,
    /// The listener itself is broken.
    Fatal,
    /// Nothing that is known: report it, wait, go on.
    Unknown,
}

/// Network errors that were pending on the new socket are passed on by Linux
/// as errors of accept(2) and to be treated like EAGAIN by retrying (accept(2),
/// "Error handling"); EPERM is a firewall's.
pub(super) fn verdict(error: &io::Error) -> Verdict {
    let Some(code) = error.raw_os_error() else { return Verdict::Unknown };
    match Errno::from_raw(code) {
        Errno::ECONNABORTED
        | Errno::EINTR
        | Errno::EPROTO
        | Errno::ENETDOWN
        | Errno::ENOPROTOOPT
        | Errno::EHOSTDOWN
        | Errno::ENONET
        | Errno::EHOSTUNREACH
        | Errno::EOPNOTSUPP
        | Errno::ENETUNREACH
        | Errno::EPERM => Verdict::Retry,
        Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM => Verdict::Exhausted,
        Errno::EBADF | Errno::EFAULT | Errno::EINVAL | Errno::ENOTSOCK => Verdict::Fatal,
        _ => Verdict::Unknown,
    }
}

/// Waits while descriptors have run out, 5 ms at first and doubling to 1 s,
/// but not longer than until one of our own connections closes.
#[derive(Default)]
pub(super) struct Backoff {
    delay: Option<Duration>,
    last_failure: Option<Instant>,
    waiting: Option<Waiting>,
    /// Armed before accepting is tried again, so that no close goes unnoticed.
    departed: Option<Pin<Box<OwnedNotified>>>,
}

struct Waiting {
    sleep: Pin<Box<Sleep>>,
    departed: Pin<Box<OwnedNotified>>,
}

impl Backoff {
    pub(super) fn poll_ready(&mut self, registry: &Registry, cx: &mut Context<'_>) -> Poll<()> {
        let Some(waiting) = &mut self.waiting else { return Poll::Ready(()) };
        let woken = waiting.departed.as_mut().poll(cx).is_ready();
        if !woken && waiting.sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.waiting = None;
        self.departed = Some(Box::pin(registry.departed()));
        Poll::Ready(())
    }

    /// Starts a wait; `true` for the first failure of an episode, the one to
    /// report.
    pub(super) fn failed(&mut self, registry: &Registry) -> bool {
        self.end_after_clean_second();
        let begins = self.delay.is_none();
        let delay = self.delay.map_or(FIRST, |delay| (delay * 2).min(LAST));
        self.delay = Some(delay);
        self.last_failure = Some(Instant::now());
        let departed = self.departed.take().unwrap_or_else(|| Box::pin(registry.departed()));
        self.waiting = Some(Waiting { sleep: Box::pin(sleep(delay)), departed });
        begins
    }

    /// The kernel's queue is empty: the episode is over.
    pub(super) fn idle(&mut self) {
        self.delay = None;
        self.departed = None;
    }

    fn end_after_clean_second(&mut self) {
        if self.last_failure.is_some_and(|at| at.elapsed() > self.delay.unwrap_or(LAST) + LAST) {
            self.delay = None;
        }
    }
}
