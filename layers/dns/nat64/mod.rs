//! IPv4 from a host that has IPv6 only, through the NAT64 of its network.

mod discovering;
mod discovery;
mod prefix;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc};

pub use self::prefix::Nat64Prefix;
pub(super) use self::{discovering::Discovering, discovery::Discovery};
use super::order::{Source, has_route};

/// What is done about it. Off, it costs nothing.
#[derive(Clone, Debug, Default)]
pub(super) enum Nat64 {
    #[default]
    Off,
    Prefix(Nat64Prefix),
    Discovery(Arc<Discovery>),
}

impl Nat64 {
    /// The one that is configured, or known already.
    pub(super) fn prefix(&self) -> Option<Nat64Prefix> {
        match self {
            Self::Off => None,
            Self::Prefix(prefix) => Some(*prefix),
            Self::Discovery(discovery) => discovery.prefix(),
        }
    }

    /// What to ask the network for, if it is time to.
    pub(super) fn discovery(&self) -> Option<&Arc<Discovery>> {
        match self {
            Self::Discovery(discovery) => Some(discovery).filter(|discovery| discovery.is_due()),
            _ => None,
        }
    }

    /// The address to connect to in the place of this one, which has no route.
    pub(super) fn instead_of(&self, address: SocketAddr, source: Source) -> Option<SocketAddr> {
        let translated = self.prefix()?.translated(address)?;
        (!has_route(address, source)).then_some(translated)
    }
}
