use std::time::Duration;

use socket2::TcpKeepalive;

/// How a silent peer is probed (`SO_KEEPALIVE`, socket(7) and tcp(7)).
///
/// What is not set stays as the operating system has it: on Linux the first
/// probe after 2 hours, 75 seconds between probes, 9 of them. The operating
/// system counts in whole seconds; less than one is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keepalive {
    idle: Option<Duration>,
    interval: Option<Duration>,
    retries: Option<u32>,
}

impl Keepalive {
    /// Probes as the operating system has it.
    pub const fn new() -> Self {
        Self { idle: None, interval: None, retries: None }
    }

    /// Silence before the first probe (`TCP_KEEPIDLE`).
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Time between two probes (`TCP_KEEPINTVL`).
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Probes without an answer after which the connection is given up
    /// (`TCP_KEEPCNT`).
    pub const fn retries(mut self, retries: u32) -> Self {
        self.retries = Some(retries);
        self
    }

    pub(super) fn parameters(self) -> TcpKeepalive {
        let mut parameters = TcpKeepalive::new();
        if let Some(idle) = self.idle {
            parameters = parameters.with_time(idle);
        }
        if let Some(interval) = self.interval {
            parameters = parameters.with_interval(interval);
        }
        if let Some(retries) = self.retries {
            parameters = parameters.with_retries(retries);
        }
        parameters
    }
}
