//! RFC 6724, section 6, without the rules that ask what only the kernel knows
//! of its own addresses: deprecated (3), home (4), native transport (7).

use std::{
    cmp::Reverse,
    net::{IpAddr, Ipv6Addr},
};

use crate::layers::dns::Family;

/// Section 2.1, longest prefixes first: prefix, length, precedence, label.
const POLICIES: [(Ipv6Addr, u32, u8, u8); 9] = [
    (Ipv6Addr::LOCALHOST, 128, 50, 0),
    (Ipv6Addr::UNSPECIFIED, 96, 1, 3),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, 35, 4),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, 5, 5),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, 30, 2),
    (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16, 1, 12),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, 1, 11),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, 3, 13),
    (Ipv6Addr::UNSPECIFIED, 0, 40, 1),
];

/// The precedence of IPv4 where it is preferred, as gai.conf(5) suggests.
const PREFERRED_IPV4: u8 = 100;

/// RFC 4291, section 2.7.
const LINK_LOCAL: u8 = 2;
const SITE_LOCAL: u8 = 5;
const GLOBAL: u8 = 14;

/// The lesser of two is the better address. The fields stand in the order of
/// the rules.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    is_out_of_reach: bool,
    scopes_differ: bool,
    labels_differ: bool,
    precedence: Reverse<u8>,
    scope: u8,
    common_prefix: Reverse<u32>,
}

impl Rank {
    pub(super) fn new(to: IpAddr, from: Option<IpAddr>, preferred: Family) -> Self {
        let (precedence, label) = policy(to);
        let precedence =
            if to.is_ipv4() && preferred == Family::Ipv4 { PREFERRED_IPV4 } else { precedence };
        Self {
            is_out_of_reach: from.is_none(),
            scopes_differ: from.is_some_and(|from| scope(from) != scope(to)),
            labels_differ: from.is_some_and(|from| policy(from).1 != label),
            precedence: Reverse(precedence),
            scope: scope(to),
            common_prefix: Reverse(from.map_or(0, |from| common_prefix(from, to))),
        }
    }
}

fn policy(ip: IpAddr) -> (u8, u8) {
    let ip = mapped(ip);
    let matching = POLICIES.iter().find(|(prefix, length, ..)| equal_bits(ip, *prefix) >= *length);
    matching.map_or((40, 1), |(.., precedence, label)| (*precedence, *label))
}

fn mapped(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}

fn equal_bits(one: Ipv6Addr, other: Ipv6Addr) -> u32 {
    (one.to_bits() ^ other.to_bits()).leading_zeros()
}

/// Section 3.1 and, for IPv4, 3.2.
fn scope(ip: IpAddr) -> u8 {
    match mapped(ip).to_ipv4_mapped() {
        Some(v4) if v4.is_loopback() || v4.is_link_local() => LINK_LOCAL,
        Some(_) => GLOBAL,
        None => scope_v6(mapped(ip)),
    }
}

fn scope_v6(ip: Ipv6Addr) -> u8 {
    let [first, second, ..] = ip.octets();
    match (first, second >> 6) {
        _ if ip.is_loopback() => LINK_LOCAL,
        (0xff, _) => second & 0xf,
        (0xfe, 0b10) => LINK_LOCAL,
        (0xfe, 0b11) => SITE_LOCAL,
        _ => GLOBAL,
    }
}

/// Section 2.2: no longer than a subnet. IPv4 is left out, as in glibc and Go:
/// there it says nothing about the distance, and load would not spread.
fn common_prefix(from: IpAddr, to: IpAddr) -> u32 {
    match (from, to) {
        (IpAddr::V6(from), IpAddr::V6(to)) => equal_bits(from, to).min(64),
        _ => 0,
    }
}

pub(super) fn is_global(ip: IpAddr) -> bool {
    scope(ip) == GLOBAL
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(to: &str, from: &str, preferred: Family) -> Rank {
        Rank::new(to.parse().unwrap(), from.parse().ok(), preferred)
    }

    /// Section 10.2: candidate and source, the better one first.
    #[test]
    fn the_examples_of_the_rfc_come_out_as_it_says() {
        for [better, from, worse, other] in [
            ["2001:db8:1::1", "2001:db8:1::2", "198.51.100.121", "169.254.13.78"],
            ["198.51.100.121", "198.51.100.117", "2001:db8:1::1", "fe80::1"],
            ["2001:db8:1::1", "2001:db8:1::2", "10.1.2.3", "10.1.2.4"],
            ["fe80::1", "fe80::2", "2001:db8:1::1", "2001:db8:1::2"],
            ["2001:db8:1::1", "2001:db8:1::2", "2001:db8:3ffe::1", "2001:db8:3f44::2"],
            ["2002:c633:6401::1", "2002:c633:6401::2", "2001:db8:1::1", "fe80::2"],
            ["2001:db8:1::1", "2001:db8:1::2", "2002:c633:6401::1", "2002:c633:6401::2"],
        ] {
            let better = rank(better, from, Family::Ipv6);
            let worse = rank(worse, other, Family::Ipv6);
            assert!(better < worse, "{better:?}, {worse:?}");
        }
    }

    #[test]
    fn what_is_out_of_reach_is_the_worst() {
        let dead = rank("2001:db8::1", "", Family::Ipv6);
        assert!(rank("192.0.2.1", "192.0.2.2", Family::Ipv6) < dead);
    }

    #[test]
    fn local_ipv6_is_worse_than_ipv4() {
        let local = rank("fd00::1", "fd00::2", Family::Ipv6);
        assert!(rank("192.0.2.1", "192.0.2.2", Family::Ipv6) < local);
    }

    #[test]
    fn a_source_of_another_kind_is_worse() {
        let unlike = rank("2001:db8::1", "fd00::2", Family::Ipv6);
        assert!(rank("192.0.2.1", "192.0.2.2", Family::Ipv6) < unlike);
    }

    #[test]
    fn preferred_ipv4_is_better_than_ipv6() {
        let v6 = rank("2001:db8::1", "2001:db8::2", Family::Ipv4);
        assert!(rank("192.0.2.1", "192.0.2.2", Family::Ipv4) < v6);
    }

    #[test]
    fn ipv4_addresses_in_reach_are_equal() {
        let near = rank("192.0.2.1", "192.0.2.2", Family::Ipv6);
        assert_eq!(near, rank("198.51.100.1", "192.0.2.2", Family::Ipv6));
    }

    #[test]
    fn no_more_than_a_subnet_in_common_counts() {
        let near = rank("2001:db8::1", "2001:db8::2", Family::Ipv6);
        assert_eq!(near, rank("2001:db8::ffff:1", "2001:db8::2", Family::Ipv6));
        assert!(near < rank("2001:db8:1::1", "2001:db8::2", Family::Ipv6));
    }
}
