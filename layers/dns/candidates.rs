//! Which address is tried next.

use std::{
    collections::VecDeque,
    hash::{BuildHasher, Hasher, RandomState},
    net::SocketAddr,
};

/// The addresses not yet tried: the families in turn, IPv6 first, each in the
/// order of its answer (RFC 8305, section 4).
#[derive(Debug)]
pub(super) struct Candidates {
    port: u16,
    single: bool,
    v6: VecDeque<SocketAddr>,
    v4: VecDeque<SocketAddr>,
    known: Vec<SocketAddr>,
    v4_is_next: bool,
}

impl Candidates {
    pub(super) fn new(port: u16, single: bool) -> Self {
        Self {
            port,
            single,
            v6: VecDeque::new(),
            v4: VecDeque::new(),
            known: Vec::new(),
            v4_is_next: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.v6.is_empty() && self.v4.is_empty()
    }

    /// What is known already is not added again.
    pub(super) fn extend(&mut self, mut addresses: Vec<SocketAddr>) {
        if self.single {
            addresses.retain(SocketAddr::is_ipv4);
            addresses = pick_one(&addresses);
        }
        for mut address in addresses {
            address.set_port(self.port);
            if !self.known.contains(&address) {
                self.known.push(address);
                self.queue(address.is_ipv4()).push_back(address);
            }
        }
    }

    pub(super) fn take(&mut self) -> Option<SocketAddr> {
        let v4 = self.v4_is_next;
        let address = self.queue(v4).pop_front().or_else(|| self.queue(!v4).pop_front())?;
        self.v4_is_next = !address.is_ipv4();
        Some(address)
    }

    fn queue(&mut self, v4: bool) -> &mut VecDeque<SocketAddr> {
        if v4 { &mut self.v4 } else { &mut self.v6 }
    }
}

fn pick_one(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    // Every `RandomState` has keys of its own.
    let random = RandomState::new().build_hasher().finish() as usize;
    let nth = random.checked_rem(addresses.len());
    nth.map(|nth| addresses[nth]).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    fn order(candidates: &mut Candidates) -> Vec<String> {
        std::iter::from_fn(|| candidates.take()).map(|a| a.ip().to_string()).collect()
    }

    #[test]
    fn families_are_tried_in_turn_and_ipv6_first() {
        let mut candidates = Candidates::new(80, false);
        candidates.extend(addresses(&["192.0.2.1", "192.0.2.2"]));
        candidates.extend(addresses(&["2001:db8::1", "2001:db8::2", "2001:db8::3"]));
        assert_eq!(
            order(&mut candidates),
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"]
        );
    }

    #[test]
    fn an_address_answered_twice_is_tried_once() {
        let mut candidates = Candidates::new(80, false);
        candidates.extend(addresses(&["192.0.2.1", "192.0.2.1"]));
        assert_eq!(candidates.take(), Some("192.0.2.1:80".parse().unwrap()));
        candidates.extend(addresses(&["192.0.2.1"]));
        assert!(candidates.is_empty());
    }

    #[test]
    fn a_late_answer_joins_where_its_turn_is() {
        let mut candidates = Candidates::new(80, false);
        candidates.extend(addresses(&["192.0.2.1", "192.0.2.2"]));
        assert!(candidates.take().is_some_and(|address| address.is_ipv4()));
        candidates.extend(addresses(&["2001:db8::1"]));
        assert_eq!(order(&mut candidates), ["2001:db8::1", "192.0.2.2"]);
    }
}
