use std::time::Duration;

use super::{Error, ErrorKind, GivenUp};

/// Which deadline it was, of a `Timeout`.
#[derive(Default)]
pub(super) enum End {
    /// Not said.
    #[default]
    Unknown,
    /// That of a phase.
    Phase(&'static str),
    /// One over several phases, which was then in these.
    Within(Vec<String>),
    /// One further out; what it ended was in these phases.
    #[cfg_attr(not(feature = "dns"), expect(dead_code, reason = "there are no attempts"))]
    GivenUp(Vec<String>),
}

impl Error {
    /// A phase had a deadline of its own, which passed.
    pub(crate) fn phase_timed_out(phase: &'static str, elapsed: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Timeout).with_elapsed(elapsed);
        error.0.end = End::Phase(phase);
        error
    }

    /// A deadline passed over everything that is given up by it.
    pub(crate) fn timed_out(elapsed: Duration, given_up: GivenUp) -> Self {
        Self::ended(elapsed, given_up, End::Within)
    }

    /// This is a part of what a deadline put an end to.
    #[cfg(feature = "dns")]
    pub(crate) fn given_up(elapsed: Duration, given_up: GivenUp) -> Self {
        Self::ended(elapsed, given_up, End::GivenUp)
    }

    fn ended(elapsed: Duration, given_up: GivenUp, end: fn(Vec<String>) -> End) -> Self {
        let mut error = Self::new(ErrorKind::Timeout).with_elapsed(elapsed);
        error.0.end = end(given_up.phases);
        error.0.attempts = given_up.attempts;
        if !given_up.failures.is_empty() {
            error.0.reason = Some(given_up.failures.join("; ").into());
        }
        error
    }
}
