//! The timer of one call, and where it waits for the next.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::{
    runtime::{self, Handle},
    task::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

use crate::Error;

/// Counts from its first poll.
#[derive(Debug)]
pub(in crate::layers) struct Clock {
    duration: Duration,
    timer: Option<Timer>,
    parking: Arc<Parking>,
}

/// A timer works in the runtime it was made in and in no other.
#[derive(Debug)]
struct Timer {
    runtime: runtime::Id,
    sleep: Pin<Box<Sleep>>,
}

/// Room for one timer whose call is over.
///
/// Setting a timer that is still armed to a later time is one atomic store;
/// arming a new one takes an allocation, a lock, and the system call that
/// wakes the driver.
#[derive(Debug, Default)]
pub(in crate::layers) struct Parking(Mutex<Option<Timer>>);

impl Clock {
    pub(in crate::layers) fn new(duration: Duration, parking: Arc<Parking>) -> Self {
        Self { duration, timer: None, parking }
    }

    /// Ready with the duration when it has passed.
    pub(in crate::layers) fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Duration, Error>> {
        if self.timer.is_none() {
            let Some(deadline) = Instant::now().checked_add(self.duration) else {
                return Poll::Pending;
            };
            self.timer = Some(self.parking.timer(deadline)?);
        }
        if let Some(timer) = &mut self.timer {
            ready!(timer.poll(cx));
        }
        Poll::Ready(Ok(self.duration))
    }

    /// Leaves the timer to the next call, still armed, with nobody to wake.
    pub(in crate::layers) fn park(&mut self) {
        if let Some(mut timer) = self.timer.take() {
            let _ = timer.poll(&mut Context::from_waker(Waker::noop()));
            self.parking.put(timer);
        }
    }
}

impl Timer {
    // Work that uses up its task's budget must not keep the clock from being read.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut unconstrained(self.sleep.as_mut())).poll(cx)
    }
}

impl Parking {
    fn timer(&self, deadline: Instant) -> Result<Timer, Error> {
        let runtime = Handle::try_current().map_err(no_runtime)?.id();
        Ok(match self.take() {
            Some(mut timer) if timer.runtime == runtime => {
                timer.sleep.as_mut().reset(deadline);
                timer
            }
            _ => Timer { runtime, sleep: Box::pin(sleep_until(deadline)) },
        })
    }

    fn take(&self) -> Option<Timer> {
        self.0.try_lock().ok()?.take()
    }

    fn put(&self, timer: Timer) {
        if let Ok(mut parked) = self.0.try_lock() {
            *parked = Some(timer);
        }
    }
}

fn no_runtime(error: runtime::TryCurrentError) -> Error {
    Error::invalid_input("a deadline needs a tokio runtime to wait in").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_next_call_uses_the_same_timer() {
        let parking = Arc::new(Parking::default());
        let mut used = Vec::new();
        for _ in 0..3 {
            let mut clock = Clock::new(Duration::from_secs(10), parking.clone());
            assert!(clock.poll(&mut Context::from_waker(Waker::noop())).is_pending());
            used.push(clock.timer.as_ref().map(|timer| &raw const *timer.sleep));
            clock.park();
        }
        assert!(used[0].is_some() && used.iter().all(|timer| *timer == used[0]));
    }
}
