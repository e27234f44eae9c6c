//! Addresses as a header has them, and as this crate has them.

use std::{
    ffi::OsStr,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    os::unix::ffi::OsStrExt,
};

use proxyproto::v2;

use crate::{Address, Connection};

/// `sun_path` (unix(7)).
pub(super) type Path = [u8; v2::UNIX_ADDR_LEN];

/// Both ends of a client's connection over TCP.
pub(super) fn of(client: &Connection) -> Option<(SocketAddr, SocketAddr)> {
    Some((client.peer_address()?.socket_addr()?, client.local_address()?.socket_addr()?))
}

pub(super) fn of_one_family(
    source: SocketAddr,
    destination: SocketAddr,
) -> (SocketAddr, SocketAddr) {
    let canonical = |address: SocketAddr| (address.ip().to_canonical(), address.port());
    let (source, destination) = (canonical(source), canonical(destination));
    if source.0.is_ipv4() == destination.0.is_ipv4() {
        return (source.into(), destination.into());
    }
    let mapped = |(ip, port): (IpAddr, u16)| (in_ipv6(ip), port).into();
    (mapped(source), mapped(destination))
}

fn in_ipv6(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}

/// `None` for what is no Unix socket or longer.
pub(super) fn path(address: &Address) -> Option<Path> {
    let (start, name) = match address {
        Address::Unix(path) => (0, path.as_os_str().as_bytes()),
        Address::Abstract(name) => (1, name.as_slice()),
        Address::Tcp(_) | Address::Tls(_) => return None,
    };
    let mut bytes = [0; v2::UNIX_ADDR_LEN];
    bytes.get_mut(start..start + name.len())?.copy_from_slice(name);
    Some(bytes)
}

/// `None` for a socket without a name.
pub(super) fn unix(path: &Path) -> Option<Address> {
    let name = path.iter().rposition(|byte| *byte != 0).map(|last| &path[..=last])?;
    match name.strip_prefix(b"\0") {
        Some(name) => Some(Address::Abstract(name.to_owned())),
        None => {
            let path = name.split(|byte| *byte == 0).next().unwrap_or_default();
            Some(Address::Unix(OsStr::from_bytes(path).into()))
        }
    }
}
