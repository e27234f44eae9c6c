//! What the kernel says about the way to an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::layers::dns::Family;

/// The address the kernel would send from. `None` without a route, or where
/// it may not be used.
///
/// Connecting a UDP socket looks up the route and sends nothing.
pub(in crate::layers::dns) fn address_towards(mut destination: SocketAddr) -> Option<IpAddr> {
    if destination.port() == 0 {
        destination.set_port(9);
    }
    let socket = Socket::new(Domain::for_address(destination), Type::DGRAM, None).ok()?;
    socket.connect(&SockAddr::from(destination)).ok()?;
    Some(socket.local_addr().ok()?.as_socket()?.ip())
}

/// What only a default route leads to: one of the DNS root servers.
pub(super) fn far_away(family: Family) -> SocketAddr {
    let ip = match family {
        Family::Ipv4 => Ipv4Addr::new(198, 41, 0, 4).into(),
        Family::Ipv6 => Ipv6Addr::new(0x2001, 0x503, 0xba3e, 0, 0, 0, 2, 0x30).into(),
    };
    SocketAddr::new(ip, 53)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_this_host_starts_on_this_host() {
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        assert_eq!(address_towards(to), Some(Ipv4Addr::LOCALHOST.into()));
    }

    #[test]
    fn an_address_nobody_may_have_has_no_way() {
        assert_eq!(address_towards((Ipv4Addr::BROADCAST, 80).into()), None);
    }
}
