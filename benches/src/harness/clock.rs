use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use super::BoxError;

/// The CPU time this process has used, in user space and in the kernel.
pub(crate) fn cpu_time() -> Result<Duration, BoxError> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}
