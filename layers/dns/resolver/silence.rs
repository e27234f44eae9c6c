use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long a silent server is asked after the others.
const HOLD: Duration = Duration::from_secs(60);

/// What is long enough to call it silence: for a query that is given up, and
/// for a server that has been silent before.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a server did not answer, of late.
#[derive(Debug, Default)]
pub(super) struct Silence(Mutex<Option<Instant>>);

/// What is known of a server before it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    /// It was silent some time ago, and has one more chance.
    Probed,
    Silent,
}

impl Silence {
    /// Only one query in each hold finds it `Probed`.
    pub(super) fn standing(&self) -> Standing {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *since {
            None => Standing::Good,
            Some(then) if then.elapsed() < HOLD => Standing::Silent,
            Some(_) => {
                *since = Some(Instant::now());
                Standing::Probed
            }
        }
    }

    /// From now on silence counts.
    pub(super) fn listen(&self) -> Listening<'_> {
        Listening { silence: self, asked: Instant::now(), patience: PATIENCE }
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// A query under way. It may be dropped because nobody waits for it any more,
/// which says something about the server too.
#[must_use = "silence is noted when this is dropped"]
pub(super) struct Listening<'a> {
    silence: &'a Silence,
    asked: Instant,
    patience: Duration,
}

impl Listening<'_> {
    /// Whatever it said.
    pub(super) fn heard(mut self) {
        self.silence.set(None);
        self.patience = Duration::MAX;
    }

    pub(super) fn timed_out(mut self) {
        self.patience = Duration::ZERO;
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if self.asked.elapsed() >= self.patience {
            self.silence.set(Some(Instant::now()));
        }
    }
}
