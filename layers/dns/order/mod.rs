//! Which address of a name is the better one.

mod rules;
mod shuffle;
mod source;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

use self::rules::Rank;
pub(super) use self::{shuffle::Random, source::address_towards};
use super::{AddressOrder, Family, nat64::Nat64Prefix};

/// The address the kernel would send from, `None` without a route.
pub(super) type Source = fn(SocketAddr) -> Option<IpAddr>;

/// Whether this address is reached from more than this host and its links.
pub(super) fn has_route(address: SocketAddr, source: Source) -> bool {
    source(address).is_some_and(rules::is_global)
}

/// Sorts addresses, and remembers what the kernel said about them.
#[derive(Debug)]
pub(super) struct Order {
    policy: AddressOrder,
    preferred: Family,
    random: Random,
    source: Source,
    sources: HashMap<SocketAddr, Option<IpAddr>>,
    nat64: Option<Nat64Prefix>,
}

impl Order {
    pub(super) fn new(policy: AddressOrder, preferred: Family, source: Source) -> Self {
        let (random, sources) = (Random::default(), HashMap::new());
        Self { policy, preferred, random, source, sources, nat64: None }
    }

    /// From now on addresses behind this prefix are IPv4.
    pub(super) fn set_nat64(&mut self, prefix: Nat64Prefix) {
        self.nat64 = Some(prefix);
    }

    /// The same address, or the one through which it is reached.
    pub(super) fn in_reach(&self, address: SocketAddr) -> SocketAddr {
        let translated = self.nat64.and_then(|prefix| prefix.translated(address));
        translated.filter(|_| !has_route(address, self.source)).unwrap_or(address)
    }

    /// For the order an address behind NAT64 counts as what it stands for.
    fn meant(&self, address: SocketAddr) -> IpAddr {
        match (self.nat64, address.ip()) {
            (Some(prefix), IpAddr::V6(ip)) => prefix.extract(ip).map_or(IpAddr::V6(ip), IpAddr::V4),
            (_, ip) => ip,
        }
    }

    pub(super) fn family(&self, address: SocketAddr) -> Family {
        Family::of(&self.meant(address))
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
            AddressOrder::Answered => {
                addresses.sort_by_key(|address| self.family(*address) != self.preferred);
            }
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
        Rank::new(self.meant(address), source, self.preferred)
    }

    /// Whether it is in vain to wait for the preferred family: only the other
    /// one has a way out of this host.
    pub(super) fn prefers_in_vain(&self) -> bool {
        self.policy == AddressOrder::Rfc6724
            && !self.has_family(self.preferred)
            && self.has_family(self.preferred.other())
    }

    /// Whether this host has a way out with it.
    pub(super) fn has_family(&self, family: Family) -> bool {
        has_route(source::far_away(family), self.source)
    }
}

#[cfg(test)]
impl Order {
    /// Asks this in place of the kernel, and leaves nothing to chance.
    pub(super) fn with_sources(preferred: Family, source: Source) -> Self {
        let order = Self::new(AddressOrder::Rfc6724, preferred, source);
        Self { random: Random::keeping(), ..order }
    }
}
