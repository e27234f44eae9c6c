use std::{net::IpAddr, time::Duration};

/// The least time between two starts that RFC 8305, section 5, allows.
const LEAST: Duration = Duration::from_millis(10);

/// How the addresses of a name are raced: Happy Eyeballs (RFC 8305, and the
/// draft of its third version where that changes A and AAAA).
///
/// ```
/// use std::time::Duration;
/// use tower_socket::layers::{DnsLayer, dns::{Family, HappyEyeballs}};
///
/// let race = HappyEyeballs::new()
///     .attempt_delay(Duration::from_millis(400))
///     .preferred_family(Family::Ipv4);
/// let layer = DnsLayer::system().happy_eyeballs(race);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HappyEyeballs {
    pub(super) resolution_delay: Duration,
    attempt_delay: Duration,
    minimum_delay: Duration,
    maximum_delay: Duration,
    pub(super) preferred_family: Family,
    pub(super) first_family_count: usize,
    pub(super) order: AddressOrder,
}

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Found in A records.
    Ipv4,
    /// Found in AAAA records.
    Ipv6,
}

/// In which order the addresses of a name are tried, before the families take
/// turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressOrder {
    /// The destination address selection of RFC 6724, section 6, with the
    /// source address the kernel would choose: what is out of reach comes
    /// last, then scope, label, precedence, and for IPv6 the longest prefix in
    /// common decide. Among equal addresses the order is random, so that load
    /// spreads.
    ///
    /// The kernel is asked with a UDP socket that is connected and closed; no
    /// packet is sent. A single address is not asked about.
    #[default]
    Rfc6724,
    /// As the resolver gave them: for one that has sorted them already.
    Answered,
}

impl HappyEyeballs {
    /// What RFC 8305 recommends, with IPv6 preferred.
    pub const fn new() -> Self {
        Self {
            resolution_delay: Duration::from_millis(50),
            attempt_delay: Duration::from_millis(250),
            minimum_delay: LEAST,
            maximum_delay: Duration::from_secs(2),
            preferred_family: Family::Ipv6,
            first_family_count: 1,
            order: AddressOrder::Rfc6724,
        }
    }

    /// How long addresses of the other family wait for the answer about the
    /// preferred one. 50 milliseconds by default (section 3).
    pub const fn resolution_delay(mut self, delay: Duration) -> Self {
        self.resolution_delay = delay;
        self
    }

    /// How long an attempt has until the next one starts beside it. 250
    /// milliseconds by default (section 5), and never outside of
    /// [`minimum_delay`](Self::minimum_delay) and
    /// [`maximum_delay`](Self::maximum_delay).
    pub const fn attempt_delay(mut self, delay: Duration) -> Self {
        self.attempt_delay = delay;
        self
    }

    /// The least time between two starts, also when the earlier attempt failed
    /// at once. 10 milliseconds by default, and never less (section 5).
    pub const fn minimum_delay(mut self, delay: Duration) -> Self {
        self.minimum_delay = delay;
        self
    }

    /// The most time between two starts. 2 seconds by default (section 5).
    pub const fn maximum_delay(mut self, delay: Duration) -> Self {
        self.maximum_delay = delay;
        self
    }

    /// The family that is tried first and whose answer is waited for. IPv6 by
    /// default.
    ///
    /// With [`AddressOrder::Rfc6724`] a family that is out of reach is neither
    /// tried first nor waited for, and IPv4 is preferred as in gai.conf(5): by
    /// its precedence.
    pub const fn preferred_family(mut self, family: Family) -> Self {
        self.preferred_family = family;
        self
    }

    /// How many addresses of the first family are tried before the families
    /// take turns. One by default, and at least one (section 4).
    pub const fn first_family_count(mut self, count: usize) -> Self {
        self.first_family_count = count;
        self
    }

    /// How addresses are sorted, [`AddressOrder::Rfc6724`] by default.
    pub const fn order(mut self, order: AddressOrder) -> Self {
        self.order = order;
        self
    }

    /// From one start to the next when nothing fails.
    pub(super) fn between_starts(&self) -> Duration {
        self.attempt_delay.min(self.maximum_delay).max(self.after_failure())
    }

    /// From one start to the next when something failed.
    pub(super) fn after_failure(&self) -> Duration {
        self.minimum_delay.max(LEAST)
    }
}

impl Default for HappyEyeballs {
    fn default() -> Self {
        Self::new()
    }
}

impl Family {
    pub(super) fn of(address: &IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Ipv4 => Self::Ipv6,
            Self::Ipv6 => Self::Ipv4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_time_between_two_starts_stays_within_its_bounds() {
        let race = HappyEyeballs::new();
        assert_eq!(race.between_starts(), 250 * MS);
        assert_eq!(race.attempt_delay(Duration::MAX).between_starts(), 2000 * MS);
        assert_eq!(race.attempt_delay(MS).between_starts(), 10 * MS);
        assert_eq!(race.minimum_delay(100 * MS).attempt_delay(MS).between_starts(), 100 * MS);
    }

    #[test]
    fn starts_are_never_closer_than_10_ms() {
        assert_eq!(HappyEyeballs::new().minimum_delay(Duration::ZERO).after_failure(), 10 * MS);
    }
}
