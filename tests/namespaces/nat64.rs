//! A client with IPv6 only, and tayga as the NAT64 between it and IPv4.

use std::{fs, net::IpAddr, process::Stdio};

use tempfile::TempDir;
use tokio::{io::AsyncReadExt, runtime::Builder};
use tower_socket::{
    Connector, Error,
    layers::{DnsLayer, dns::DnsResolver},
};

use super::{
    lookup::NAME_SERVER,
    network::{Network, PORT},
    server::serve,
    support::{
        name_server::{NameServer, records},
        programs::program,
        running::Running,
    },
};

const PREFIX: &str = "2001:db8:64::/96";
const V4: &str = "192.0.2.1";
const BEHIND: &str = "2001:db8:64::c000:201";

/// The NAT64 on the server's side of the cable.
struct Tayga {
    _program: Running,
    _directory: TempDir,
}

impl Tayga {
    /// `None` where tayga is not installed.
    fn start(network: &Network) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("tayga.conf");
        let text = format!(
            "tun-device nat64\nipv4-addr 198.51.100.1\nipv6-addr 2001:db8:ffff::1\n\
             prefix {PREFIX}\ndynamic-pool 198.51.100.0/24\ndata-dir {}\n",
            directory.path().display()
        );
        fs::write(&file, text).unwrap();
        let tayga = |mode| {
            let mut tayga = program("tayga")?;
            tayga.arg(mode).arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
            Some(tayga)
        };
        let (mut make, mut run) = (tayga("--mktun")?, tayga("--nodetach")?);
        network.server.inside(|| {
            assert!(make.status().unwrap().success());
            for family in ["ipv4/ip_forward", "ipv6/conf/all/forwarding"] {
                fs::write(format!("/proc/sys/net/{family}"), "1").unwrap();
            }
        });
        network.server.ip("link set nat64 up");
        network.server.ip("route add 198.51.100.0/24 dev nat64");
        network.server.ip(&format!("route add {PREFIX} dev nat64"));
        let program = network.server.inside(|| Running::start(&mut run));
        Some(Self { _program: program, _directory: directory })
    }
}

/// Behind which address of the pool the server saw us, or why not, for each of
/// these in turn.
fn connect(
    dns: impl FnOnce(DnsResolver) -> DnsLayer + Send,
    hosts: &[&str],
) -> Option<Vec<Reached>> {
    let network = Network::new()?.with_ipv6();
    let tayga = Tayga::start(&network)?;
    network.assign("2001:db8::fe".parse().unwrap());
    let listener = network.listen(V4.parse().unwrap());
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let reached = network.client.inside(|| {
        runtime.block_on(async {
            let _server = serve(listener, None);
            let name_server = name_server().await;
            let resolver = DnsResolver::with_servers([name_server.address()]).no_hosts_file();
            let connector = Connector::builder().dns(dns(resolver)).build();
            let mut reached = Vec::new();
            for host in hosts {
                reached.push(reach(&connector, host).await);
            }
            reached
        })
    });
    drop(tayga);
    Some(reached)
}

type Reached = Result<(String, String), Error>;

async fn reach(connector: &Connector, host: &str) -> Reached {
    let mut connection = connector.connect((host, PORT)).await?;
    let mut seen = String::new();
    connection.read_to_string(&mut seen).await.unwrap();
    let peer: IpAddr = connection.peer_address().unwrap().ip().unwrap();
    Ok((peer.to_string(), seen))
}

/// What a network with DNS64 says about the name that shows its prefix.
async fn name_server() -> NameServer {
    let answer = |query: &_, _| match hickory_resolver::proto::op::Query::name(query) {
        name if name.to_ascii() == "ipv4only.arpa." => {
            Some(records(query, 60, &["192.0.0.170", "2001:db8:64::c000:aa"]))
        }
        _ => Some(records(query, 60, &[V4])),
    };
    NameServer::start_at(NAME_SERVER.into(), answer).await.unwrap()
}

fn assert_behind(reached: &Reached) {
    let (peer, seen) = reached.as_ref().unwrap();
    assert_eq!(peer, BEHIND);
    assert!(seen.starts_with("198.51.100."), "{seen}");
}

#[test]
fn a_name_and_an_ipv4_address_are_reached_behind_the_configured_prefix() {
    let configured = |resolver| DnsLayer::new(resolver).nat64_prefix(PREFIX.parse().unwrap());
    let Some(reached) = connect(configured, &[V4, "host.example"]) else { return };
    reached.iter().for_each(assert_behind);
}

#[test]
fn an_ipv4_address_is_reached_as_soon_as_a_name_has_shown_the_prefix() {
    let discovering = |resolver| DnsLayer::new(resolver).discover_nat64();
    let Some(reached) = connect(discovering, &[V4, "host.example", V4]) else { return };
    let unreachable = reached[0].as_ref().unwrap_err();
    assert_eq!(
        unreachable.to_string(),
        "connection to tcp://192.0.2.1:443 failed: network is unreachable (ENETUNREACH)"
    );
    reached[1..].iter().for_each(assert_behind);
}

#[test]
fn a_name_without_ipv6_is_not_reached_where_nat64_is_not_asked_for() {
    let Some(reached) = connect(DnsLayer::new, &["host.example"]) else {
        return;
    };
    assert_eq!(reached[0].as_ref().unwrap_err().attempts()[0].address().ip().to_string(), V4);
}
