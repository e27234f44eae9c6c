use std::{
    net::{IpAddr, TcpListener},
    time::Duration,
};

use http::Uri;
use tokio::{io::AsyncReadExt, runtime::Builder, task::JoinSet};
use tower::{ServiceBuilder, ServiceExt};
use tower_socket::{
    Connector, Error, TcpConnector,
    layers::{
        DnsLayer,
        dns::{AddressOrder, DnsResolver, HappyEyeballs},
        tls::{ClientTls, ServerTls},
    },
};

use super::{
    lookup::{Lookup, answering},
    network::{Network, PORT, find},
    outcome::{Outcome, Starts, Won},
    server::serve,
    support::name_server::NameServer,
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
    found_again: Option<IpAddr>,
    aaaa: Lookup,
    a: Lookup,
    order: AddressOrder,
    tls: Option<(ClientTls, ServerTls)>,
}

impl Scene {
    /// On a client with both families. `None` where it cannot be set.
    pub(crate) fn new() -> Option<Self> {
        Some(Self::on(Network::new()?.with_ipv4().with_ipv6()))
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
            order: AddressOrder::Rfc6724,
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
    pub(crate) fn in_the_order_answered(mut self) -> Self {
        self.order = AddressOrder::Answered;
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

    /// Connects once.
    pub(crate) fn run(mut self) -> Outcome {
        let listeners = std::mem::take(&mut self.listeners);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = self.network.client.inside(|| {
            runtime.block_on(async {
                let serving = |listener| serve(listener, self.server_tls());
                let _servers: Vec<JoinSet<()>> = listeners.into_iter().map(serving).collect();
                let name_server = answering(self.aaaa, self.a, &self.addresses).await;
                self.connect(&name_server).await
            })
        });
        outcome.print()
    }

    fn server_tls(&self) -> Option<ServerTls> {
        self.tls.as_ref().map(|(_, server)| server.clone())
    }

    async fn connect(&self, name_server: &NameServer) -> Outcome {
        let starts = Starts::now();
        let connector = self.connector(name_server, &starts);
        let scheme = if self.tls.is_some() { "tls" } else { "tcp" };
        let result = greeted(connector, format!("{scheme}://host.example:{PORT}")).await;
        starts.ended(result)
    }

    fn connector(&self, name_server: &NameServer, starts: &Starts) -> Connector {
        let resolver = DnsResolver::with_servers([name_server.address()]).no_hosts_file();
        let race = HappyEyeballs::new().order(self.order);
        let (noted, found_again) = (starts.clone(), self.found_again);
        let tcp = ServiceBuilder::new()
            .map_request(move |uri: Uri| {
                if noted.note(ip(&uri)) == 2 {
                    found_again.into_iter().for_each(find);
                }
                uri
            })
            .service(TcpConnector::new());
        let builder = Connector::builder().dns(DnsLayer::new(resolver).happy_eyeballs(race));
        let builder = builder.tcp_service(tcp);
        match &self.tls {
            Some((client, _)) => builder.tls(client.clone()).build(),
            None => builder.build(),
        }
    }
}

fn ip(uri: &Uri) -> IpAddr {
    uri.host().unwrap().trim_matches(['[', ']']).parse().unwrap()
}

/// A server proves by its greeting that it is really there.
async fn greeted(connector: Connector, uri: String) -> Result<Won, Error> {
    let mut connection = connector.oneshot(uri.parse().unwrap()).await?;
    let mut told = String::new();
    connection.read_to_string(&mut told).await.unwrap();
    Ok(Won::over(&connection, &told))
}
