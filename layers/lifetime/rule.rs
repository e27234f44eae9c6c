//! When a connection has to go.

use std::{mem, time::Duration};

use crate::ConnectionInfo;

/// How often a connection is looked at before it has to go.
const LOOKS: u8 = 8;

/// The resolution of tokio's timer.
const SHORTEST: Duration = Duration::from_millis(1);

/// Longer ones overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    Idle(Duration),
    Age(Duration),
}

/// A connection, as it was at the last look.
pub(super) struct Watched {
    info: ConnectionInfo,
    bytes: u64,
    quiet: u8,
}

impl Rule {
    pub(super) fn period(self) -> Duration {
        let (Self::Idle(duration) | Self::Age(duration)) = self;
        (duration / u32::from(LOOKS)).clamp(SHORTEST, LONGEST)
    }

    /// Whether the connection stays.
    pub(super) fn look_at(self, watched: &mut Watched) -> bool {
        if watched.info.is_closed() {
            return false;
        }
        let done = match self {
            Self::Idle(_) => watched.is_quiet(),
            Self::Age(duration) => watched.info.age() >= duration,
        };
        if done {
            watched.info.close(self.reason());
        }
        !done
    }

    fn reason(self) -> String {
        match self {
            Self::Idle(duration) => format!("nothing was sent or received for {duration:?}"),
            Self::Age(duration) => format!("open for longer than {duration:?}"),
        }
    }
}

impl Watched {
    pub(super) fn into_info(self) -> ConnectionInfo {
        self.info
    }

    fn is_quiet(&mut self) -> bool {
        let bytes = self.info.bytes_read().wrapping_add(self.info.bytes_written());
        let is_quiet = mem::replace(&mut self.bytes, bytes) == bytes;
        self.quiet = if is_quiet { self.quiet + 1 } else { 0 };
        self.quiet >= LOOKS
    }
}

impl From<ConnectionInfo> for Watched {
    fn from(info: ConnectionInfo) -> Self {
        // No count it could have: the first look is one at a change.
        Self { info, bytes: u64::MAX, quiet: 0 }
    }
}
