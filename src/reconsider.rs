//! Wakes those who wait at a limit when something but a free place may end
//! their wait: a server of this process was closed, a limit was set to 0, a rate
//! was changed, or a token given back that somebody had missed.
//!
//! A layer knows its stream as no more than that, so it cannot wait for its
//! end. It waits for any, which are rare, and then asks its own.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::{Notify, futures::Notified};

static REASON: Notify = Notify::const_new();

/// A wait that may have to be reconsidered, `None` while there is none.
pub(crate) type Wait = Option<Pin<Box<Notified<'static>>>>;

pub(crate) fn everyone() {
    REASON.notify_waiters();
}

/// Ready when there is a reason to look again, and when the wait begins: one
/// may have come before.
pub(crate) fn poll(wait: &mut Wait, cx: &mut Context<'_>) -> Poll<()> {
    let begins = wait.is_none();
    let notified = wait.get_or_insert_with(|| Box::pin(REASON.notified()));
    if notified.as_mut().poll(cx).is_ready() {
        *wait = None;
        return Poll::Ready(());
    }
    if begins { Poll::Ready(()) } else { Poll::Pending }
}
