use ipnet::IpNet;

use crate::{Connection, layers::access::Networks};

/// As much as nginx takes (`NGX_PROXY_PROTOCOL_MAX_HEADER`).
const MOST: usize = 4096;

/// Whose PROXY headers are believed.
///
/// From the networks named here a header is *required*: the first bytes of such
/// a connection are one, or the connection ends with an error. From everywhere
/// else none is *read*: whatever such a peer sends is payload. Nobody is asked
/// whether it would like to send one, and nothing is guessed from its bytes.
///
/// Name the addresses of the proxies and no more: who else can connect from
/// there can be anybody.
///
/// ```
/// use tower_socket::layers::proxy_protocol::{IpNet, TrustedProxies};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let balancers: IpNet = "10.0.0.0/24".parse()?;
/// let monitoring: IpNet = "10.0.0.7/32".parse()?;
/// let proxies = TrustedProxies::new([balancers]).except([monitoring]).refuse_others();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TrustedProxies {
    networks: Networks<bool>,
    unix: bool,
    refuse_others: bool,
    max_length: usize,
}

/// What to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    ReadHeader,
    Pass,
    Refuse,
}

impl TrustedProxies {
    /// A header is required from these networks or addresses. An IPv4 address
    /// mapped into IPv6, as a socket for both families shows it, is that IPv4
    /// address.
    pub fn new<N: Into<IpNet>>(networks: impl IntoIterator<Item = N>) -> Self {
        let proxies =
            Self { networks: Networks::new(), unix: false, refuse_others: false, max_length: MOST };
        proxies.with(networks, true)
    }

    /// Those in these networks are no proxies, though a wider network around
    /// them is trusted. The narrowest network that holds an address counts.
    #[must_use]
    pub fn except<N: Into<IpNet>>(self, networks: impl IntoIterator<Item = N>) -> Self {
        self.with(networks, false)
    }

    /// A header is required from peers without an IP address too: all those
    /// over Unix sockets.
    #[must_use]
    pub fn and_unix(mut self) -> Self {
        self.unix = true;
        self
    }

    /// Closes connections from elsewhere before a byte is read, with an error of
    /// kind [`Denied`](crate::ErrorKind::Denied): nobody gets past the proxies.
    #[must_use]
    pub fn refuse_others(mut self) -> Self {
        self.refuse_others = true;
        self
    }

    /// How long a header of version 2 may be, 4,096 bytes by default. The
    /// protocol allows 65,551 at most. One of version 1 has 107 at most.
    #[must_use]
    pub fn max_length(mut self, bytes: usize) -> Self {
        self.max_length = bytes;
        self
    }

    fn with<N: Into<IpNet>>(
        mut self,
        networks: impl IntoIterator<Item = N>,
        trusted: bool,
    ) -> Self {
        for network in networks {
            self.networks.insert(network.into(), trusted);
        }
        self
    }

    pub(super) fn longest(&self) -> usize {
        self.max_length
    }

    pub(super) fn verdict(&self, connection: &Connection) -> Verdict {
        let peer = connection.peer_address().and_then(|peer| peer.ip());
        let trusts = |ip| self.networks.longest(ip).is_some_and(|(_, trusted)| *trusted);
        if peer.map_or(self.unix, trusts) {
            Verdict::ReadHeader
        } else if self.refuse_others {
            Verdict::Refuse
        } else {
            Verdict::Pass
        }
    }
}

impl<N: Into<IpNet>> FromIterator<N> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = N>>(networks: I) -> Self {
        Self::new(networks)
    }
}
