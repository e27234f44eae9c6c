//! Which address of a name is the better one.

mod rules;
mod shuffle;
mod source;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

use self::rules::Rank;
pub(super) use self::shuffle::Random;
use super::{AddressOrder, Family};

/// Sorts addresses, and remembers what the kernel said about them.
#[derive(Debug)]
pub(super) struct Order {
    policy: AddressOrder,
    preferred: Family,
    random: Random,
    source: fn(SocketAddr) -> Option<IpAddr>,
    sources: HashMap<SocketAddr, Option<IpAddr>>,
}

impl Order {
    pub(super) fn new(policy: AddressOrder, preferred: Family) -> Self {
        let (random, sources) = (Random::default(), HashMap::new());
        Self { policy, preferred, random, source: source::address_towards, sources }
    }

    /// Brings chance among new addresses, once.
    pub(super) fn shuffle(&mut self, addresses: &mut [SocketAddr]) {
        if self.policy == AddressOrder::Rfc6724 {
            self.random.shuffle(addresses);
        }
    }

    /// Equal ones stay as they are.
    pub(super) fn sort(&mut self, addresses: &mut [SocketAddr]) {
        match self.policy {
            AddressOrder::Answered => addresses.sort_by_key(|a| Family::of(a) != self.preferred),
            AddressOrder::Rfc6724 => addresses.sort_by_cached_key(|address| self.rank(*address)),
        }
    }

    /// One of them.
    pub(super) fn pick(&mut self, addresses: &mut Vec<SocketAddr>) {
        self.random.shuffle(addresses);
        addresses.truncate(1);
    }

    fn rank(&mut self, address: SocketAddr) -> Rank {
        let source = *self.sources.entry(address).or_insert_with(|| (self.source)(address));
        Rank::new(address.ip(), source, self.preferred)
    }

    /// Whether it is in vain to wait for the preferred family: only the other
    /// one has a way out of this host.
    pub(super) fn prefers_in_vain(&self) -> bool {
        let routed = |family| (self.source)(source::far_away(family)).is_some_and(rules::is_global);
        self.policy == AddressOrder::Rfc6724
            && !routed(self.preferred)
            && routed(self.preferred.other())
    }
}

#[cfg(test)]
impl Order {
    /// Asks this in place of the kernel, and leaves nothing to chance.
    pub(super) fn with_sources(
        preferred: Family,
        source: fn(SocketAddr) -> Option<IpAddr>,
    ) -> Self {
        let order = Self::new(AddressOrder::Rfc6724, preferred);
        Self { random: Random::keeping(), source, ..order }
    }
}
