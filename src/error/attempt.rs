use std::{net::SocketAddr, time::Duration};

use crate::Error;

/// One address that was tried, and how it ended.
#[derive(Debug)]
pub struct Attempt {
    address: SocketAddr,
    started: Duration,
    elapsed: Duration,
    error: Error,
}

impl Attempt {
    #[cfg(feature = "dns")]
    pub(crate) fn new(
        address: SocketAddr,
        started: Duration,
        elapsed: Duration,
        error: Error,
    ) -> Self {
        Self { address, started, elapsed, error }
    }

    /// The address that was tried.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// When this attempt began, counted from the call.
    pub fn started(&self) -> Duration {
        self.started
    }

    /// How long this attempt took to fail.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why it failed.
    pub fn error(&self) -> &Error {
        &self.error
    }
}
