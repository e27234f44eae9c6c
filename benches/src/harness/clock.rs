use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use super::BoxError;

/// What a table counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The CPU time of this process, in user space and in the kernel. What
    /// other processes do hardly touches it.
    Cpu,
    /// The time that passes, for what a second core or a timer changes.
    Wall,
}

impl Clock {
    pub(crate) fn now(self) -> Result<Duration, BoxError> {
        let id = match self {
            Self::Cpu => ClockId::CLOCK_PROCESS_CPUTIME_ID,
            Self::Wall => ClockId::CLOCK_MONOTONIC,
        };
        Ok(clock_gettime(id)?.into())
    }

    /// By how much fewer rounds do: what the wall clock shows is large, or it
    /// shows nothing.
    pub(crate) fn patience(self) -> u32 {
        match self {
            Self::Cpu => 1,
            Self::Wall => 4,
        }
    }
}
