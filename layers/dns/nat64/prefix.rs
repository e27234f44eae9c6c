use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use crate::Error;

/// Section 2.2. The longest first, which is by far the most common one.
const LENGTHS: [u8; 6] = [96, 64, 56, 48, 40, 32];

/// What lies between, and has to be zero.
const RESERVED_OCTET: usize = 8;

/// The IPv6 prefix behind which a network's NAT64 (RFC 6146) has all of IPv4:
/// an IPv4 address written into it (RFC 6052) is reached over IPv6.
///
/// In text as in RFC 4291, section 2.3:
///
/// ```
/// # use tower_socket::layers::dns::Nat64Prefix;
/// let prefix: Nat64Prefix = "2001:db8:64::/96".parse()?;
/// let address = prefix.embed([192, 0, 2, 33].into());
/// assert_eq!(address.to_string(), "2001:db8:64::c000:221");
/// assert_eq!(prefix.extract(address), Some([192, 0, 2, 33].into()));
/// assert_eq!(Nat64Prefix::WELL_KNOWN.to_string(), "64:ff9b::/96");
/// # Ok::<(), tower_socket::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nat64Prefix {
    prefix: Ipv6Addr,
    length: u8,
}

impl Nat64Prefix {
    /// `64:ff9b::/96` (RFC 6052, section 2.1).
    pub const WELL_KNOWN: Self =
        Self { prefix: Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), length: 96 };

    /// A prefix of the network's own. What stands behind its length does not
    /// matter.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when the length is none of 32, 40, 48, 56, 64 and 96, and
    /// when bits 64 to 71 of a longer one are not zero (RFC 6052, section 2.2).
    pub fn new(prefix: Ipv6Addr, length: u8) -> Result<Self, Error> {
        let invalid = |reason| Error::invalid_input(format!("invalid NAT64 prefix: {reason}"));
        if !LENGTHS.contains(&length) {
            return Err(invalid(format!("its length is {length}, not 32, 40, 48, 56, 64 or 96")));
        }
        let prefix = masked(prefix, length);
        if prefix.octets()[RESERVED_OCTET] != 0 {
            return Err(invalid("bits 64 to 71 are not zero".into()));
        }
        Ok(Self { prefix, length })
    }

    /// The IPv6 address that stands for this IPv4 address.
    pub fn embed(&self, address: Ipv4Addr) -> Ipv6Addr {
        let mut octets = self.prefix.octets();
        places(self.length).zip(address.octets()).for_each(|(place, octet)| octets[place] = octet);
        octets.into()
    }

    /// The IPv4 address that this IPv6 address stands for, if it has this
    /// prefix.
    pub fn extract(&self, address: Ipv6Addr) -> Option<Ipv4Addr> {
        (masked(address, self.length) == self.prefix).then(|| embedded(address, self.length))
    }

    /// The prefix of an address that stands for one of these (RFC 7050, section
    /// 3).
    pub(super) fn around(address: Ipv6Addr, known: &[Ipv4Addr]) -> Option<Self> {
        let reserved = address.octets()[RESERVED_OCTET] != 0;
        let mut lengths =
            LENGTHS.into_iter().filter(|length| known.contains(&embedded(address, *length)));
        let length = lengths.next().filter(|_| !reserved && lengths.next().is_none())?;
        Some(Self { prefix: masked(address, length), length })
    }

    /// The address through which this one is reached, if there is to be one:
    /// not for those that mean this host or this link, nor for private ones
    /// behind the prefix that everybody has (RFC 6052, section 3.1).
    pub(in crate::layers::dns) fn translated(&self, address: SocketAddr) -> Option<SocketAddr> {
        let IpAddr::V4(ip) = address.ip() else { return None };
        let is_local = ip.octets()[0] == 0
            || ip.is_loopback()
            || ip.is_link_local()
            || ip.is_broadcast()
            || *self == Self::WELL_KNOWN && ip.is_private();
        (!is_local).then(|| SocketAddr::new(self.embed(ip).into(), address.port()))
    }
}

/// Where the four octets are.
fn places(length: u8) -> impl Iterator<Item = usize> {
    (usize::from(length) / 8..).filter(|place| *place != RESERVED_OCTET).take(4)
}

fn embedded(address: Ipv6Addr, length: u8) -> Ipv4Addr {
    let octets = address.octets();
    let mut found = [0; 4];
    places(length).zip(&mut found).for_each(|(place, octet)| *octet = octets[place]);
    found.into()
}

fn masked(address: Ipv6Addr, length: u8) -> Ipv6Addr {
    let mask = u128::MAX << (128 - u32::from(length));
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

impl FromStr for Nat64Prefix {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parsed = text.split_once('/').and_then(|(prefix, length)| {
            Some((prefix.parse::<Ipv6Addr>().ok()?, length.parse::<u8>().ok()?))
        });
        let (prefix, length) = parsed.ok_or_else(|| {
            Error::invalid_input(format!("invalid NAT64 prefix \"{text}\": it is no IPv6 prefix"))
        })?;
        Self::new(prefix, length)
    }
}

impl fmt::Display for Nat64Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.prefix, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6052, section 2.4, for 192.0.2.33.
    const EXAMPLES: [(&str, &str); 7] = [
        ("2001:db8::/32", "2001:db8:c000:221::"),
        ("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
        ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
        ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
        ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"),
        ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"),
        ("64:ff9b::/96", "64:ff9b::192.0.2.33"),
    ];

    #[test]
    fn the_examples_of_the_rfc_come_out_as_it_says() {
        let v4 = Ipv4Addr::new(192, 0, 2, 33);
        for (prefix, address) in EXAMPLES {
            let (prefix, address): (Nat64Prefix, Ipv6Addr) =
                (prefix.parse().unwrap(), address.parse().unwrap());
            assert_eq!(prefix.embed(v4), address);
            assert_eq!(prefix.extract(address), Some(v4));
            assert_eq!(prefix.to_string().parse::<Nat64Prefix>().unwrap(), prefix);
            assert_eq!(Nat64Prefix::around(address, &[v4]), Some(prefix));
        }
    }

    #[test]
    fn what_has_another_prefix_stands_for_nothing() {
        assert_eq!(Nat64Prefix::WELL_KNOWN.extract("2001:db8::1".parse().unwrap()), None);
        assert_eq!(
            Nat64Prefix::around("2001:db8::1".parse().unwrap(), &[[1, 2, 3, 4].into()]),
            None
        );
    }

    #[test]
    fn an_address_found_twice_says_nothing() {
        let twice = "2001:db8:c000:221::192.0.2.33".parse().unwrap();
        assert_eq!(Nat64Prefix::around(twice, &[[192, 0, 2, 33].into()]), None);
    }

    #[test]
    fn no_other_prefix_is_one_of_nat64() {
        for (text, reason) in [
            ("2001:db8::/95", "its length is 95, not 32, 40, 48, 56, 64 or 96"),
            ("2001:db8:0:0:100::/96", "bits 64 to 71 are not zero"),
        ] {
            let error = text.parse::<Nat64Prefix>().unwrap_err();
            assert_eq!(error.to_string(), format!("invalid NAT64 prefix: {reason} (EINVAL)"));
        }
        for text in ["2001:db8::", "192.0.2.0/24", "x/96", "2001:db8::/x"] {
            let error = text.parse::<Nat64Prefix>().unwrap_err();
            let said = format!("invalid NAT64 prefix \"{text}\": it is no IPv6 prefix (EINVAL)");
            assert_eq!(error.to_string(), said);
        }
    }

    #[test]
    fn local_addresses_are_not_translated() {
        let own: Nat64Prefix = "2001:db8:64::/96".parse().unwrap();
        let translated = |prefix: Nat64Prefix, text: &str| {
            let address = SocketAddr::new(text.parse().unwrap(), 80);
            prefix.translated(address).map(|address| address.to_string())
        };
        for address in ["0.0.0.0", "0.1.2.3", "127.0.0.1", "169.254.1.1", "255.255.255.255", "::1"]
        {
            assert_eq!(translated(own, address), None, "{address}");
        }
        assert_eq!(translated(own, "10.0.0.1").as_deref(), Some("[2001:db8:64::a00:1]:80"));
        assert_eq!(translated(Nat64Prefix::WELL_KNOWN, "10.0.0.1"), None);
        let public = translated(Nat64Prefix::WELL_KNOWN, "192.0.2.1");
        assert_eq!(public.as_deref(), Some("[64:ff9b::c000:201]:80"));
    }
}
