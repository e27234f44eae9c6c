//! When the next attempt may start.

use tokio::time::Instant;

use super::HappyEyeballs;

/// Knows the last start and whether an attempt has failed since.
#[derive(Debug)]
pub(super) struct Pace {
    race: HappyEyeballs,
    last: Option<Instant>,
    failed: bool,
}

impl Pace {
    pub(super) fn new(race: HappyEyeballs) -> Self {
        Self { race, last: None, failed: false }
    }

    pub(super) fn started(&mut self, now: Instant) {
        self.last = Some(now);
        self.failed = false;
    }

    /// The next one need not wait any more.
    pub(super) fn failed(&mut self) {
        self.failed = true;
    }

    /// The next start; `None` for the first, which waits for nobody.
    pub(super) fn next(&self) -> Option<Instant> {
        let delay = match self.failed {
            true => self.race.after_failure(),
            false => self.race.between_starts(),
        };
        self.last?.checked_add(delay)
    }

    /// The last start, and what lets another one follow it.
    pub(super) fn last_start(&self) -> Option<(Instant, &'static str)> {
        Some((self.last?, if self.failed { "attempt_failed" } else { "policy_timer" }))
    }

    pub(super) fn allows(&self, now: Instant) -> bool {
        self.last.is_none() || self.next().is_some_and(|next| next <= now)
    }
}
