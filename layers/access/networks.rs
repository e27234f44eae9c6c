use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
};

use ipnet::{IpNet, Ipv4Net};

/// Something for each of many networks, looked up by address in one step for
/// each length of prefix there is.
#[derive(Clone, Debug)]
pub(in crate::layers) struct Networks<T> {
    by_length: BTreeMap<u8, HashMap<IpNet, T>>,
}

impl<T> Networks<T> {
    pub(in crate::layers) fn new() -> Self {
        Self { by_length: BTreeMap::new() }
    }

    pub(in crate::layers) fn insert(&mut self, network: IpNet, value: T) {
        let network = canonical(network).trunc();
        self.by_length.entry(network.prefix_len()).or_default().insert(network, value);
    }

    /// The longest prefix that the address has.
    pub(in crate::layers) fn longest(&self, address: IpAddr) -> Option<(IpNet, &T)> {
        let address = address.to_canonical();
        self.by_length.iter().rev().find_map(|(length, networks)| {
            let network = IpNet::new(address, *length).ok()?.trunc();
            networks.get(&network).map(|value| (network, value))
        })
    }
}

/// Mapped IPv4 is IPv4.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let (mapped, length) = (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96));
    let v4 = mapped.zip(length).and_then(|(address, length)| Ipv4Net::new(address, length).ok());
    v4.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(networks: &[&str], address: &str) -> Option<String> {
        let mut all = Networks::new();
        for network in networks {
            all.insert(network.parse().unwrap(), ());
        }
        all.longest(address.parse().unwrap()).map(|(network, ())| network.to_string())
    }

    #[test]
    fn the_longest_prefix_is_found_whatever_the_order() {
        let mut networks = ["10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32", "10.1.0.0/16"];
        for _ in 0..4 {
            networks.rotate_left(1);
            for (address, found) in [
                ("10.1.2.3", "10.1.2.3/32"),
                ("10.1.2.4", "10.1.0.0/16"),
                ("10.2.0.0", "10.0.0.0/8"),
                ("11.0.0.0", "0.0.0.0/0"),
            ] {
                assert_eq!(longest(&networks, address).as_deref(), Some(found));
            }
        }
    }

    #[test]
    fn families_are_kept_apart() {
        assert_eq!(longest(&["0.0.0.0/0"], "::1"), None);
        assert_eq!(longest(&["::/0"], "10.0.0.1"), None);
        assert_eq!(longest(&["2001:db8::/32"], "2001:db8::1").unwrap(), "2001:db8::/32");
    }

    #[test]
    fn a_prefix_of_mapped_addresses_is_one_of_ipv4_on_either_side() {
        assert_eq!(longest(&["::ffff:10.0.0.0/104"], "10.9.9.9").unwrap(), "10.0.0.0/8");
        assert_eq!(longest(&["10.0.0.0/8"], "::ffff:10.9.9.9").unwrap(), "10.0.0.0/8");
        assert_eq!(longest(&["::ffff:0:0/96"], "192.0.2.1").unwrap(), "0.0.0.0/0");
        assert_eq!(longest(&["::ffff:0:0/95"], "192.0.2.1"), None);
    }

    #[test]
    fn bits_beyond_the_prefix_mean_nothing() {
        assert_eq!(longest(&["10.1.2.3/8"], "10.200.0.1").unwrap(), "10.0.0.0/8");
    }
}
