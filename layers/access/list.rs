use std::{collections::HashMap, net::IpAddr};

use super::{Peers, networks::Networks};
use crate::{Connection, Error, ErrorKind, connection::PeerCredentials};

/// Who may come in. See the [module](super) for which entry decides.
#[derive(Clone, Debug)]
pub struct AccessList {
    others: Verdict,
    networks: Networks<Verdict>,
    processes: HashMap<Peers, Verdict>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allow,
    Deny,
}

impl AccessList {
    /// Lets in everyone but those who are [denied](Self::deny).
    pub fn allow_all() -> Self {
        Self::new(Verdict::Allow)
    }

    /// Lets in nobody but those who are [allowed](Self::allow).
    pub fn deny_all() -> Self {
        Self::new(Verdict::Deny)
    }

    fn new(others: Verdict) -> Self {
        Self { others, networks: Networks::new(), processes: HashMap::new() }
    }

    /// Lets these in: a network, an address, [`Peers::User`]. Of two entries for
    /// the same peers the later one holds.
    #[must_use]
    pub fn allow(self, peers: impl Into<Peers>) -> Self {
        self.with(peers.into(), Verdict::Allow)
    }

    /// Keeps these out. Of two entries for the same peers the later one holds.
    #[must_use]
    pub fn deny(self, peers: impl Into<Peers>) -> Self {
        self.with(peers.into(), Verdict::Deny)
    }

    fn with(mut self, peers: Peers, verdict: Verdict) -> Self {
        match peers {
            Peers::Network(network) => self.networks.insert(network, verdict),
            process => drop(self.processes.insert(process, verdict)),
        }
        self
    }

    pub(super) fn check(&self, connection: &Connection) -> Result<(), Error> {
        let entry = self.entry_for(connection);
        let (reason, verdict) = match entry {
            Some((peers, verdict)) => (format!("{peers} may not come in"), verdict),
            None if self.others == Verdict::Allow => return Ok(()),
            None => ("nobody let it in".to_owned(), Verdict::Deny),
        };
        match verdict {
            Verdict::Allow => Ok(()),
            Verdict::Deny => {
                let denied = Error::new(ErrorKind::Denied).with_reason(reason);
                Err(connection.info().failed(denied))
            }
        }
    }

    /// A PROXY header may give a Unix socket's peer an address: that is the
    /// client's.
    fn entry_for(&self, connection: &Connection) -> Option<(Peers, Verdict)> {
        match connection.info().peer_ip() {
            Some(address) => self.by_network(address),
            None if self.processes.is_empty() => None,
            None => connection.peer_credentials().and_then(|peer| self.by_process(peer)),
        }
    }

    fn by_network(&self, address: IpAddr) -> Option<(Peers, Verdict)> {
        self.networks.longest(address).map(|(network, verdict)| (network.into(), *verdict))
    }

    fn by_process(&self, peer: PeerCredentials) -> Option<(Peers, Verdict)> {
        let process = peer.pid.map(Peers::Process);
        let from_narrow_to_wide =
            process.into_iter().chain([Peers::User(peer.uid), Peers::Group(peer.gid)]);
        from_narrow_to_wide
            .map(|peers| (peers, self.processes.get(&peers).copied()))
            .find_map(|(peers, verdict)| Some((peers, verdict?)))
    }
}
