use std::{fmt, num::NonZeroU32, time::Duration};

use governor::Quota;

/// So many in a time, and so many of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    number: u32,
    unit: Unit,
    burst: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
}

impl Rate {
    /// So many in each second, all of them at once if need be. 0 is none at
    /// all.
    pub const fn per_second(number: u32) -> Self {
        Self { number, unit: Unit::Second, burst: number }
    }

    /// So many in each minute, all of them at once if need be. 0 is none at
    /// all.
    pub const fn per_minute(number: u32) -> Self {
        Self { number, unit: Unit::Minute, burst: number }
    }

    /// So many in each hour, all of them at once if need be. 0 is none at all.
    pub const fn per_hour(number: u32) -> Self {
        Self { number, unit: Unit::Hour, burst: number }
    }

    /// How many may come at once after a time in which none came; at least one
    /// may.
    #[must_use]
    pub const fn burst(mut self, burst: u32) -> Self {
        self.burst = burst;
        self
    }

    /// None where none at all may come.
    pub(super) fn quota(self) -> Option<Quota> {
        let interval = self.unit.duration().checked_div(self.number)?;
        let interval = interval.max(Duration::from_nanos(1));
        // A bucket is full after 146 years at most, which governor can count in
        // nanoseconds.
        let most = u128::from(u64::MAX / 4) / interval.as_nanos();
        let burst = self.burst.min(u32::try_from(most).unwrap_or(u32::MAX));
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        Some(Quota::with_period(interval)?.allow_burst(burst))
    }
}

impl Unit {
    const fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        })
    }
}

/// `10 per second`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Second => "second",
            Unit::Minute => "minute",
            Unit::Hour => "hour",
        };
        write!(f, "{} per {unit}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_in_equal_intervals_and_a_bucket_holds_the_burst() {
        let quota = Rate::per_minute(6).burst(2).quota().unwrap();
        assert_eq!(quota.replenish_interval(), Duration::from_secs(10));
        assert_eq!(quota.burst_size().get(), 2);
    }

    #[test]
    fn extremes_are_rates_too() {
        assert_eq!(Rate::per_second(0).quota(), None);
        assert_eq!(Rate::per_second(1).burst(0).quota().unwrap().burst_size().get(), 1);
        let fast = Rate::per_second(u32::MAX).quota().unwrap();
        assert_eq!(fast.replenish_interval(), Duration::from_nanos(1));
        let slow = Rate::per_hour(1).burst(u32::MAX).quota().unwrap();
        assert!(slow.burst_size_replenished_in() < Duration::from_secs(u64::MAX / 1_000_000_000));
    }
}
