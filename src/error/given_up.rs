//! What was under way when a deadline above passed.
//!
//! Such a deadline drops what is below it, through any layers. What those know
//! by then they leave behind here, on the thread that drops them.

use std::cell::RefCell;

use super::Attempt;

thread_local! {
    static GIVEN_UP: RefCell<Option<GivenUp>> = const { RefCell::new(None) };
}

/// What a deadline put an end to.
#[derive(Debug, Default)]
pub(crate) struct GivenUp {
    /// Those that end, or have failed before.
    pub(crate) attempts: Vec<Attempt>,
    /// Where it was: `during TLS handshake`.
    pub(crate) phases: Vec<String>,
    /// What had failed besides attempts.
    pub(crate) failures: Vec<String>,
}

impl GivenUp {
    #[cfg(any(feature = "dns", feature = "tls", feature = "proxy-protocol"))]
    pub(crate) fn in_phase(phase: impl Into<String>) -> Self {
        Self { phases: vec![phase.into()], ..Self::default() }
    }

    /// What is further in knows better.
    #[cfg(feature = "tls")]
    pub(crate) fn or_in_phase(self, phase: impl Into<String>) -> Self {
        if self.attempts.is_empty() && self.phases.is_empty() {
            Self::in_phase(phase)
        } else {
            self
        }
    }

    #[cfg(any(feature = "dns", feature = "tls", feature = "proxy-protocol"))]
    fn append(&mut self, mut other: Self) {
        self.attempts.append(&mut other.attempts);
        self.phases.append(&mut other.phases);
        self.failures.append(&mut other.failures);
    }
}

/// What is left behind by what this drops.
pub(crate) fn given_up_by(drop: impl FnOnce()) -> GivenUp {
    let outer = GIVEN_UP.replace(Some(GivenUp::default()));
    drop();
    GIVEN_UP.replace(outer).unwrap_or_default()
}

/// Leaves something behind if anybody asks for it.
#[cfg(any(feature = "dns", feature = "tls", feature = "proxy-protocol"))]
pub(crate) fn give_up(left: impl FnOnce() -> GivenUp) {
    if GIVEN_UP.try_with(|given_up| given_up.borrow().is_some()).unwrap_or(false) {
        // It may drop others that leave something behind.
        let left = left();
        GIVEN_UP.with_borrow_mut(|given_up| given_up.as_mut().map(|all| all.append(left)));
    }
}
