use std::{
    mem,
    net::{IpAddr, TcpListener},
    time::Duration,
};

use tokio::{runtime::Builder, task::JoinSet};
use tower_socket::layers::{
    dns::{AddressOrder, HappyEyeballs},
    tls::{ClientTls, ServerTls},
};

use super::{
    lookup::{Lookup, answering},
    network::Network,
    server::serve,
};

pub(crate) const V6: [&str; 3] = ["2001:db8::1", "2001:db8::2", "2001:db8::3"];
pub(crate) const V4: [&str; 3] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];

/// A client, a server, a name with addresses, and what is wrong with them.
#[derive(Debug)]
pub(crate) struct Scene {
    network: Network,
    addresses: Vec<&'static str>,
    listeners: Vec<TcpListener>,
    silent: Vec<TcpListener>,
    pub(crate) found_again: Option<IpAddr>,
    aaaa: Lookup,
    a: Lookup,
    pub(crate) race: HappyEyeballs,
    pub(crate) tls: Option<(ClientTls, ServerTls)>,
}

impl Scene {
    /// On a client with both families. `None` where it cannot be set.
    pub(crate) fn new() -> Option<Self> {
        Some(Self::on(Network::new()?.with_ipv4().with_ipv6()))
    }

    /// The same, where a packet takes so long to the servers and back.
    pub(crate) fn far(round_trip: Duration) -> Option<Self> {
        Some(Self::on(Network::far(round_trip)?.with_ipv4().with_ipv6()))
    }

    pub(crate) fn on(network: Network) -> Self {
        Self {
            network,
            addresses: Vec::new(),
            listeners: Vec::new(),
            silent: Vec::new(),
            found_again: None,
            aaaa: Lookup::After(Duration::ZERO),
            a: Lookup::After(Duration::ZERO),
            race: HappyEyeballs::new(),
            tls: None,
        }
    }

    /// Accepts and serves.
    pub(crate) fn good(mut self, address: &'static str) -> Self {
        let ip = self.add(address);
        self.listeners.push(self.network.listen(ip));
        self
    }

    /// The kernel accepts, and that is all.
    pub(crate) fn silent(mut self, address: &'static str) -> Self {
        let ip = self.add(address);
        self.silent.push(self.network.listen(ip));
        self
    }

    pub(crate) fn black_hole(mut self, address: &'static str) -> Self {
        let ip = self.add(address);
        self.network.lose(ip);
        self
    }

    /// Accepts and serves, but is a black hole until the second attempt.
    pub(crate) fn black_hole_at_first(mut self, address: &'static str) -> Self {
        self = self.good(address);
        let ip = address.parse().unwrap();
        self.network.lose(ip);
        self.found_again = Some(ip);
        self
    }

    pub(crate) fn refused(mut self, address: &'static str) -> Self {
        let ip = self.add(address);
        self.network.assign(ip);
        self
    }

    pub(crate) fn rejected(mut self, address: &'static str) -> Self {
        let ip = self.add(address);
        self.network.reject(ip);
        self
    }

    pub(crate) fn unreachable(mut self, address: &'static str) -> Self {
        let ip = self.add(address);
        self.network.cut(ip);
        self
    }

    pub(crate) fn aaaa(mut self, lookup: Lookup) -> Self {
        self.aaaa = lookup;
        self
    }

    pub(crate) fn a(mut self, lookup: Lookup) -> Self {
        self.a = lookup;
        self
    }

    /// Leaves nothing to chance within a family.
    pub(crate) fn in_the_order_answered(self) -> Self {
        self.race(|race| race.order(AddressOrder::Answered))
    }

    pub(crate) fn race(mut self, set: impl FnOnce(HappyEyeballs) -> HappyEyeballs) -> Self {
        self.race = set(self.race);
        self
    }

    pub(crate) fn tls(mut self, client: ClientTls, server: ServerTls) -> Self {
        self.tls = Some((client, server));
        self
    }

    fn add(&mut self, address: &'static str) -> IpAddr {
        self.addresses.push(address);
        address.parse().unwrap()
    }

    /// Runs this on the client, while the servers and the name server run.
    pub(crate) fn client<T: Send>(&mut self, work: impl AsyncFnOnce() -> T + Send) -> T {
        let listeners = mem::take(&mut self.listeners);
        let tls = self.tls.as_ref().map(|(_, server)| server);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        self.network.client.inside(|| {
            runtime.block_on(async {
                let serving = |listener| serve(listener, tls.cloned());
                let _servers: Vec<JoinSet<()>> = listeners.into_iter().map(serving).collect();
                let _name_server = answering(self.aaaa, self.a, &self.addresses).await;
                work().await
            })
        })
    }
}
