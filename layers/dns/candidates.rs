//! Which address is tried next.

use std::{
    collections::{HashSet, VecDeque},
    net::SocketAddr,
};

use super::{layer::Options, nat64::Nat64Prefix, order::Order, trace};

/// The addresses of a name, those already tried first, the others in the order
/// in which they are to be.
#[derive(Debug)]
pub(super) struct Candidates {
    addresses: Vec<SocketAddr>,
    tried: usize,
    port: u16,
    single: bool,
    first_family_count: usize,
    order: Order,
}

impl Candidates {
    pub(super) fn new(port: u16, options: &Options) -> Self {
        let race = options.race;
        let order = Order::new(race.order, race.preferred_family, options.source);
        let first_family_count = race.first_family_count.max(1);
        let single = options.single;
        Self { addresses: Vec::new(), tried: 0, port, single, first_family_count, order }
    }

    /// IPv4 addresses without a route are reached behind this prefix.
    pub(super) fn with_nat64(mut self, prefix: Option<Nat64Prefix>) -> Self {
        self.learn_nat64(prefix);
        self
    }

    pub(super) fn learn_nat64(&mut self, prefix: Option<Nat64Prefix>) {
        prefix.into_iter().for_each(|prefix| self.order.set_nat64(prefix));
    }

    /// Whether there is nothing left to try.
    pub(super) fn is_empty(&self) -> bool {
        self.next().is_none()
    }

    pub(super) fn next(&self) -> Option<SocketAddr> {
        self.addresses.get(self.tried).copied()
    }

    pub(super) fn take(&mut self) -> Option<SocketAddr> {
        let next = self.next()?;
        self.tried += 1;
        Some(next)
    }

    /// Those left to try.
    pub(super) fn waiting(&self) -> &[SocketAddr] {
        &self.addresses[self.tried..]
    }

    pub(super) fn order(&self) -> &Order {
        &self.order
    }

    /// Adds an answer. What is known already is not added again.
    pub(super) fn extend(&mut self, mut addresses: Vec<SocketAddr>) {
        addresses.iter_mut().for_each(|address| address.set_port(self.port));
        if self.single {
            addresses.retain(SocketAddr::is_ipv4);
            self.order.pick(&mut addresses);
        }
        addresses.iter_mut().for_each(|address| *address = self.order.in_reach(*address));
        self.order.shuffle(&mut addresses);
        let come_late = self.tried > 0 && !addresses.is_empty();
        if self.addresses.is_empty() {
            self.addresses = addresses;
        } else {
            self.addresses.append(&mut addresses);
        }
        if self.addresses.len() > 1 {
            self.arrange();
        }
        if come_late {
            trace::candidates_resorted(self.waiting());
        }
    }

    /// Sorts all that wait anew, whenever they came.
    fn arrange(&mut self) {
        let mut seen = HashSet::new();
        self.addresses.retain(|address| seen.insert(*address));
        let mut waiting = self.addresses.split_off(self.tried);
        self.order.sort(&mut waiting);
        let Some(best) = waiting.first() else { return };
        let lead = self.first_family_count.saturating_sub(self.tried);
        let ahead = self.addresses.last().filter(|_| lead == 0).unwrap_or(best);
        let ahead = self.order.family(*ahead);
        let is_ahead = |address: &SocketAddr| self.order.family(*address) == ahead;
        self.addresses.extend(take_turns(waiting, is_ahead, lead));
    }
}

/// So many of one family, then the families in turn, beginning with the other
/// one (RFC 8305, section 4).
fn take_turns(
    sorted: Vec<SocketAddr>,
    is_ahead: impl Fn(&SocketAddr) -> bool,
    lead: usize,
) -> Vec<SocketAddr> {
    let (mut ahead, mut other): (VecDeque<_>, VecDeque<_>) = sorted.into_iter().partition(is_ahead);
    let lead = lead.min(ahead.len());
    let mut turns: Vec<_> = ahead.drain(..lead).collect();
    while !(ahead.is_empty() && other.is_empty()) {
        turns.extend(other.pop_front());
        turns.extend(ahead.pop_front());
    }
    turns
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::layers::dns::{AddressOrder, Family, HappyEyeballs};

    const V4: [&str; 4] = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    const V6: [&str; 4] = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"];

    fn candidates(race: HappyEyeballs, source: fn(SocketAddr) -> Option<IpAddr>) -> Candidates {
        let order = Order::with_sources(race.preferred_family, source);
        Candidates { order, ..on_this_host(race) }
    }

    fn on_this_host(race: HappyEyeballs) -> Candidates {
        Candidates::new(80, &Options { race, ..Options::default() })
    }

    /// On a host with both families.
    fn dual_stack() -> Candidates {
        candidates(HappyEyeballs::new(), near)
    }

    fn near(address: SocketAddr) -> Option<IpAddr> {
        Some(if address.is_ipv4() { V4[3] } else { V6[3] }.parse().unwrap())
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    fn order(candidates: &mut Candidates) -> Vec<String> {
        std::iter::from_fn(|| candidates.take()).map(|a| a.ip().to_string()).collect()
    }

    // HE-14
    #[test]
    fn families_are_tried_in_turn_and_ipv6_first() {
        let mut candidates = dual_stack();
        candidates.extend(addresses(&V4[..2]));
        candidates.extend(addresses(&V6[..3]));
        assert_eq!(order(&mut candidates), [V6[0], V4[0], V6[1], V4[1], V6[2]]);
    }

    // HE-16
    #[test]
    fn an_address_answered_twice_is_tried_once() {
        let mut candidates = dual_stack();
        candidates.extend(addresses(&[V4[0], V4[0]]));
        assert_eq!(candidates.take(), Some("192.0.2.1:80".parse().unwrap()));
        candidates.extend(addresses(&V4[..1]));
        assert!(candidates.is_empty());
    }

    // HE-14
    #[test]
    fn a_late_answer_joins_where_its_turn_is() {
        let mut candidates = dual_stack();
        candidates.extend(addresses(&V4[..2]));
        assert!(candidates.take().is_some_and(|address| address.is_ipv4()));
        candidates.extend(addresses(&V6[..2]));
        assert_eq!(order(&mut candidates), [V6[0], V4[1], V6[1]]);
    }

    #[test]
    fn the_family_that_was_not_tried_last_is_next() {
        let mut candidates = dual_stack();
        candidates.extend(addresses(&V6));
        assert!(candidates.take().is_some() && candidates.take().is_some());
        candidates.extend(addresses(&V4[..2]));
        assert_eq!(order(&mut candidates), [V4[0], V6[2], V4[1], V6[3]]);
    }

    #[test]
    fn ipv4_can_be_the_first_family() {
        let race = HappyEyeballs::new().preferred_family(Family::Ipv4);
        let mut candidates = candidates(race, near);
        candidates.extend(addresses(&[V6[0], V4[0], V6[1], V4[1]]));
        assert_eq!(order(&mut candidates), [V4[0], V6[0], V4[1], V6[1]]);
    }

    #[test]
    fn several_of_the_first_family_can_go_ahead() {
        let mut candidates = candidates(HappyEyeballs::new().first_family_count(2), near);
        candidates.extend(addresses(&V6));
        candidates.extend(addresses(&V4[..3]));
        assert_eq!(order(&mut candidates), [V6[0], V6[1], V4[0], V6[2], V4[1], V6[3], V4[2]]);
    }

    #[test]
    fn a_family_out_of_reach_is_second() {
        let only_v4 = |address: SocketAddr| near(address).filter(IpAddr::is_ipv4);
        let mut candidates = candidates(HappyEyeballs::new(), only_v4);
        candidates.extend(addresses(&V6[..2]));
        candidates.extend(addresses(&V4[..2]));
        assert_eq!(order(&mut candidates), [V4[0], V6[0], V4[1], V6[1]]);
    }

    #[test]
    fn a_single_address_is_not_asked_about() {
        let mut candidates = candidates(HappyEyeballs::new(), |_| panic!("asked"));
        candidates.extend(addresses(&V4[..1]));
        assert!(candidates.take().is_some());
    }

    #[test]
    fn answered_order_asks_nobody_and_shuffles_nothing() {
        let race = HappyEyeballs::new().order(AddressOrder::Answered);
        let mut candidates = on_this_host(race);
        candidates.extend(addresses(&[V4[2], V4[0], V4[1], "::1"]));
        assert_eq!(order(&mut candidates), ["::1", V4[2], V4[0], V4[1]]);
    }

    // HE-15
    #[test]
    fn equal_addresses_come_in_any_order() {
        let orders = (0..100).map(|_| {
            let mut candidates = on_this_host(HappyEyeballs::new());
            candidates.extend(addresses(&V4[..2]));
            order(&mut candidates)
        });
        assert_eq!(orders.collect::<HashSet<_>>().len(), 2);
    }
}
