//! Where one end of a connection is.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use crate::uri::text::UnixText;

/// Where one end of a connection is.
///
/// `Display` is a URI, and [`IntoUri`](crate::IntoUri) accepts what it prints:
///
/// ```
/// # use tower_socket::Address;
/// let address = Address::Tcp("[::1]:8080".parse().unwrap());
/// assert_eq!(address.to_string(), "tcp://[::1]:8080");
/// ```
///
/// A Unix socket that has no name, as most clients' have none, has no address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// `tcp://127.0.0.1:8080`
    Tcp(SocketAddr),
    /// `tls://127.0.0.1:8443`
    Tls(SocketAddr),
    /// `unix:///run/app.sock`: a socket in the file system.
    Unix(PathBuf),
    /// `unix://@app`: a name in Linux' abstract namespace, without the leading
    /// zero byte (unix(7)).
    Abstract(Vec<u8>),
}

impl Address {
    /// The IP address and port.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) | Self::Tls(address) => Some(*address),
            Self::Unix(_) | Self::Abstract(_) => None,
        }
    }

    /// The IP address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.socket_addr().map(|address| address.ip())
    }

    /// The port.
    pub fn port(&self) -> Option<u16> {
        self.socket_addr().map(|address| address.port())
    }

    /// The path of a Unix socket in the file system.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unix(path) => Some(path),
            _ => None,
        }
    }

    /// The same place, spoken to with TLS: `tcp://` becomes `tls://`.
    pub(crate) fn secured(self) -> Self {
        match self {
            Self::Tcp(address) => Self::Tls(address),
            other => other,
        }
    }

    /// `None` for a socket without a name.
    pub(crate) fn from_unix(address: &std::os::unix::net::SocketAddr) -> Option<Self> {
        use std::os::linux::net::SocketAddrExt;
        if let Some(path) = address.as_pathname() {
            return Some(Self::Unix(path.to_owned()));
        }
        let name = address.as_abstract_name().filter(|name| !name.is_empty())?;
        Some(Self::Abstract(name.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Tls(address) => write!(f, "tls://{address}"),
            Self::Unix(path) => write!(f, "unix://{}", UnixText::path(path)),
            Self::Abstract(name) => write!(f, "unix://{}", UnixText::abstract_name(name)),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Tcp(address)
    }
}
