use std::net::SocketAddr;

use http::Uri;

use super::{
    authority::{Authority, Reason},
    invalid,
    parts::{self, Parts},
    scheme::Scheme,
    unix,
};
use crate::{Address, Error};

/// Where a connector is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    Address(SocketAddr),
    Name { name: &'a str, port: u16 },
}

impl Target<'_> {
    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Address(address) => address.port(),
            Self::Name { port, .. } => *port,
        }
    }
}

/// For a connector of any scheme that has a host and a port.
#[cfg(any(feature = "dns", feature = "tls"))]
pub(crate) fn target(uri: &Uri) -> Result<Target<'_>, Error> {
    check_host(uri)
        .and_then(|()| refuse_port_zero(find_target(uri)?))
        .map_err(|reason| invalid(uri, reason))
}

/// For what connects over TCP itself: an IP address, and no TLS.
pub(crate) fn connect_address(uri: &Uri) -> Result<SocketAddr, Error> {
    check_plain(uri)
        .and_then(|()| refuse_port_zero(find_target(uri)?))
        .and_then(only_address)
        .map_err(|reason| invalid(uri, reason))
}

/// For what listens on TCP itself: an IP address, and no TLS. No name is
/// looked up; port 0 lets the operating system choose.
pub(crate) fn listen_address(uri: &Uri) -> Result<SocketAddr, Error> {
    check_plain(uri)
        .and_then(|()| refuse_extras(uri))
        .and_then(|()| only_address(find_target(uri)?))
        .map_err(|reason| invalid(uri, reason))
}

/// For Unix sockets. A URI without a scheme is a path.
pub(crate) fn unix_address(uri: &Uri) -> Result<Address, Error> {
    let address = match (Scheme::of(uri), uri.authority()) {
        (Some(Scheme::Unix), Some(authority)) => unix::parse(authority.as_str()),
        (None, _) => unix::checked(unix::path(uri.to_string().into())),
        _ => Err("this is not the address of a Unix socket".into()),
    };
    address.map_err(|reason| invalid(uri, reason))
}

/// The number in `fd://3`.
pub(crate) fn descriptor(uri: &Uri) -> Result<i32, Error> {
    authority_of(uri, Scheme::Fd)
        .ok_or(Reason::Borrowed("this does not name a file descriptor"))
        .and_then(parts::descriptor)
        .map_err(|reason| invalid(uri, reason))
}

/// The name in `systemd://name`.
pub(crate) fn systemd_name(uri: &Uri) -> Result<&str, Error> {
    authority_of(uri, Scheme::Systemd)
        .ok_or(Reason::Borrowed("this does not name a socket of systemd"))
        .and_then(parts::systemd_name)
        .map_err(|reason| invalid(uri, reason))
}

fn authority_of<'a>(uri: &'a Uri, wanted: Scheme<'_>) -> Option<&'a str> {
    let parts = Parts::of_uri(uri)?;
    (parts.scheme().map(Scheme::named)? == wanted).then(|| parts.authority())
}

#[cfg(any(feature = "dns", feature = "tls"))]
fn check_host(uri: &Uri) -> Result<(), Reason> {
    match Scheme::of(uri) {
        Some(Scheme::Unix | Scheme::Fd | Scheme::Systemd) => {
            Err("this is not a host and a port".into())
        }
        _ => Ok(()),
    }
}

fn find_target(uri: &Uri) -> Result<Target<'_>, Reason> {
    let authority = uri.authority().ok_or("the host is missing")?;
    Authority::parse(authority.as_str())?.target(uri.scheme_str())
}

pub(super) fn refuse_port_zero(target: Target<'_>) -> Result<Target<'_>, Reason> {
    if target.port() == 0 { Err("nothing can listen on port 0".into()) } else { Ok(target) }
}

fn only_address(target: Target<'_>) -> Result<SocketAddr, Reason> {
    match target {
        Target::Address(address) => Ok(address),
        Target::Name { name, .. } => {
            Err(format!("{name:?} is a host name, not a valid host IP").into())
        }
    }
}

fn check_plain(uri: &Uri) -> Result<(), Reason> {
    match Scheme::of(uri) {
        None | Some(Scheme::Tcp) => Ok(()),
        Some(Scheme::Tls) => Err("there is no TLS layer here".into()),
        _ => Err("the scheme is not tcp".into()),
    }
}

fn refuse_extras(uri: &Uri) -> Result<(), Reason> {
    let parts = Parts::of_uri(uri).ok_or("the host is missing")?;
    if parts.userinfo().is_some() || uri.query().is_some() || !matches!(uri.path(), "" | "/") {
        return Err("only a host and a port can be listened on".into());
    }
    Ok(())
}
