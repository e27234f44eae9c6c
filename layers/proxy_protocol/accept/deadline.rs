use std::{
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{
    Error,
    layers::timeout::{Clock, Parking},
};

/// How long the header and what comes after it may take together.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    duration: Duration,
    phase: &'static str,
    parking: Arc<Parking>,
}

/// The deadline of one connection.
#[derive(Debug)]
pub(super) struct Running {
    clock: Clock,
    phase: &'static str,
}

impl Deadline {
    pub(super) fn new(duration: Duration, phase: &'static str) -> Self {
        Self { duration, phase, parking: Arc::default() }
    }

    /// Counts from the first poll of what this returns.
    pub(super) fn begin(&self) -> Running {
        let clock = Clock::new(self.duration, Arc::clone(&self.parking));
        Running { clock, phase: self.phase }
    }
}

impl Running {
    /// Ready with the error, without a peer, when the time is over.
    pub(super) fn poll(&mut self, reads_header: bool, cx: &mut Context<'_>) -> Poll<Error> {
        let phase = if reads_header { "the PROXY header" } else { self.phase };
        Poll::Ready(match ready!(self.clock.poll(cx)) {
            Ok(elapsed) => Error::phase_timed_out(phase, elapsed),
            Err(no_runtime) => no_runtime,
        })
    }

    pub(super) fn end(&mut self) {
        self.clock.park();
    }
}
