//! The one timer of a call.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    task::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

/// Made when there is something to wait for, then set again and again.
#[derive(Debug, Default)]
pub(super) struct Clock {
    sleep: Option<Pin<Box<Sleep>>>,
    armed: Option<Instant>,
}

impl Clock {
    /// Ready at the deadline, and never without one.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else {
            *self = Self::default();
            return Poll::Pending;
        };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if self.armed.is_some_and(|armed| armed != deadline) {
            sleep.as_mut().reset(deadline);
        }
        self.armed = Some(deadline);
        // Work that uses up its task's budget must not keep the clock from being read.
        Pin::new(&mut unconstrained(sleep.as_mut())).poll(cx)
    }
}
