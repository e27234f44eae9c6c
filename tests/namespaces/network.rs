use std::{
    net::{IpAddr, TcpListener},
    time::Duration,
};

use super::{
    namespace::{self, Namespace},
    relay::Relay,
    support::programs::{program, skip},
};

/// The same for every address and scheme.
pub(crate) const PORT: u16 = 443;

/// A station that nobody is.
const NOBODY: &str = "02:00:00:00:00:99";

/// A client and a server with a cable between them, or a long way.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) client: Namespace,
    pub(crate) server: Namespace,
    _relay: Option<Relay>,
}

impl Network {
    /// With a cable. `None`, with a note, where namespaces cannot be made.
    pub(crate) fn new() -> Option<Self> {
        let network = Self::unplugged()?;
        let Self { client, server, .. } = &network;
        client.ip(&format!("link add client type veth peer name server netns {}", server.path()));
        network.start();
        client.ip_until("link show client", "UP");
        server.ip_until("link show server", "UP");
        Some(network)
    }

    /// Where a packet takes so long to the server and back. `None`, with a note,
    /// where TUN devices cannot be made either.
    pub(crate) fn far(round_trip: Duration) -> Option<Self> {
        let network = Self::unplugged()?;
        let ends = [("client", &network.client), ("server", &network.server)];
        let relay = Relay::new(ends, round_trip / 2);
        let relay =
            relay.map_err(|error| skip(&format!("TUN devices need root ({error})"))).ok()?;
        network.start();
        Some(Self { _relay: Some(relay), ..network })
    }

    fn unplugged() -> Option<Self> {
        program("ip")?;
        program("nft")?;
        let (client, server) = match (Namespace::new(), Namespace::new()) {
            (Ok(client), Ok(server)) => (client, server),
            (Err(error), _) | (_, Err(error)) => {
                skip(&format!("network namespaces need root ({error})"));
                return None;
            }
        };
        Some(Self { client, server, _relay: None })
    }

    fn start(&self) {
        let Self { client, server, .. } = self;
        client.ip("link set lo up");
        server.ip("link set server up");
        client.ip("link set client up");
        server.nft("add table inet faults");
        server.nft("add chain inet faults input { type filter hook input priority 0 ; }");
    }

    /// Gives the client a way into the Internet, as far as it can tell.
    pub(crate) fn with_ipv4(self) -> Self {
        self.client.ip("address add 192.0.2.100/24 dev client");
        self.client.ip("route add default via 192.0.2.254 dev client");
        self
    }

    pub(crate) fn with_ipv6(self) -> Self {
        self.client.ip("address add 2001:db8::100/64 dev client nodad");
        self.client.ip("route add default via 2001:db8::fe dev client");
        self.client.ip_until("route get 2001:db8::100", "local");
        self
    }

    /// Gives the server an address where nothing listens.
    pub(crate) fn assign(&self, address: IpAddr) {
        let options = if address.is_ipv4() { "/24" } else { "/64 nodad" };
        self.server.ip(&format!("address add dev server {address}{options}"));
        self.server.ip_until(&format!("route get {address}"), "local");
    }

    pub(crate) fn listen(&self, address: IpAddr) -> TcpListener {
        self.assign(address);
        let listener = self.server.inside(|| TcpListener::bind((address, PORT)).unwrap());
        listener.set_nonblocking(true).unwrap();
        listener
    }

    /// Packets to this address arrive nowhere.
    pub(crate) fn lose(&self, address: IpAddr) {
        self.client.ip(&format!("neighbour add {address} lladdr {NOBODY} dev client"));
    }

    /// Answers with an ICMP error.
    pub(crate) fn reject(&self, address: IpAddr) {
        self.assign(address);
        let family = if address.is_ipv4() { "ip" } else { "ip6" };
        self.server.nft(&format!(
            "add rule inet faults input {family} daddr {address} reject with icmpx host-unreachable"
        ));
    }

    /// The client has no way there.
    pub(crate) fn cut(&self, address: IpAddr) {
        self.client.ip(&format!("route add unreachable {address}"));
    }
}

/// What [`Network::lose`] did, taken back from the client's side.
pub(crate) fn find(address: IpAddr) {
    namespace::ip(&format!("neighbour del {address} dev client"));
}
