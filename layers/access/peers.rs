use std::{fmt, net::IpAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Whom an entry of an [`AccessList`](super::AccessList) is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Peers {
    /// Everyone with an address in this network.
    Network(IpNet),
    /// The process with this number, over a Unix socket.
    Process(u32),
    /// Processes of this effective user, over a Unix socket.
    User(u32),
    /// Processes of this effective group, over a Unix socket. A process'
    /// supplementary groups do not count: the system does not tell them.
    Group(u32),
}

impl From<IpNet> for Peers {
    fn from(network: IpNet) -> Self {
        Self::Network(network)
    }
}

impl From<Ipv4Net> for Peers {
    fn from(network: Ipv4Net) -> Self {
        Self::Network(network.into())
    }
}

impl From<Ipv6Net> for Peers {
    fn from(network: Ipv6Net) -> Self {
        Self::Network(network.into())
    }
}

/// That address alone.
impl From<IpAddr> for Peers {
    fn from(address: IpAddr) -> Self {
        Self::Network(address.into())
    }
}

/// `10.0.0.0/8`, `user 1000`.
impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => write!(f, "{network}"),
            Self::Process(id) => write!(f, "process {id}"),
            Self::User(id) => write!(f, "user {id}"),
            Self::Group(id) => write!(f, "group {id}"),
        }
    }
}
