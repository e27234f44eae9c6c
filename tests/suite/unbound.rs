//! The resolver against unbound, over TLS and over HTTPS.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::{io::copy_bidirectional, net, task::JoinSet, time::sleep};
use tower_socket::{
    BoxError, Connector, Incoming, Server,
    layers::{
        dns::{Answer, DnsResolver, Nameserver, Records, Resolve},
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
};

use crate::support::{
    Silent,
    certificates::{Authority, file},
    programs::program,
    running::Running,
};

/// Whose certificate unbound has.
const NAME: &str = "dns.example";

struct Unbound {
    tls: SocketAddr,
    https: SocketAddr,
    authority: Authority,
    _peer: Running,
    _directory: TempDir,
}

impl Unbound {
    /// `None` where unbound is not installed.
    fn start() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let leaf = authority.leaf(&[NAME, "127.0.0.1"]);
        file(&directory, "cert.pem", leaf.certificate.pem());
        file(&directory, "key.pem", leaf.key.serialize_pem());
        for _ in 0..10 {
            let [tls, https] = free_addresses();
            let text = configuration(&directory, tls, https);
            let mut command = program("unbound")?;
            command.args(["-d", "-c", &file(&directory, "unbound.conf", text)]);
            let mut peer = Running::start(command.stderr(Stdio::null()));
            if listens(tls, &mut peer) && listens(https, &mut peer) {
                return Some(Self { tls, https, authority, _peer: peer, _directory: directory });
            }
        }
        panic!("unbound does not start");
    }

    fn trusting(&self) -> ClientTls {
        trusting(&self.authority)
    }

    fn resolver(&self, server: Nameserver) -> DnsResolver {
        DnsResolver::with_servers([server]).no_hosts_file().tls(self.trusting())
    }

    fn over_tls(&self, name: &str) -> DnsResolver {
        self.resolver(Nameserver::tls(self.tls, name).unwrap())
    }
}

fn trusting(authority: &Authority) -> ClientTls {
    let roots = Roots::none().pem(authority.certificate.pem());
    ClientTls::builder().roots(roots).build().unwrap()
}

fn configuration(directory: &TempDir, tls: SocketAddr, https: SocketAddr) -> String {
    let path = directory.path().display();
    let (tls, https) = (tls.port(), https.port());
    format!(
        "server:\n\
         interface: 127.0.0.1@{tls}\ninterface: 127.0.0.1@{https}\n\
         tls-port: {tls}\nhttps-port: {https}\nhttp-endpoint: /dns-query\n\
         tls-service-pem: {path}/cert.pem\ntls-service-key: {path}/key.pem\n\
         directory: {path}\nchroot: \"\"\nusername: \"\"\npidfile: \"\"\n\
         use-syslog: no\nlogfile: \"\"\nnum-threads: 1\nmodule-config: iterator\n\
         local-zone: test. static\n\
         local-data: \"host.test. A 192.0.2.7\"\nlocal-data: \"host.test. AAAA 2001:db8::7\"\n\
         local-data: \"other.test. A 192.0.2.8\"\n\
         remote-control:\ncontrol-enable: no\n"
    )
}

fn free_addresses() -> [SocketAddr; 2] {
    let free = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    free.map(|listener| listener.local_addr().unwrap())
}

/// Whether it is up; if not, it ended because a port was taken meanwhile.
fn listens(address: SocketAddr, peer: &mut Running) -> bool {
    loop {
        match TcpStream::connect(address) {
            Ok(_) => return true,
            Err(_) if peer.has_ended() => return false,
            Err(_) => {}
        }
    }
}

async fn lookup(resolver: &DnsResolver, name: &str, records: Records) -> Result<Answer, BoxError> {
    resolver.lookup(&name.into(), records).await
}

async fn addresses(resolver: &DnsResolver, name: &str, records: Records) -> Vec<String> {
    let answer = lookup(resolver, name, records).await.expect("an answer");
    answer.addresses.iter().map(|address| address.ip().to_string()).collect()
}

async fn failure(resolver: &DnsResolver) -> String {
    lookup(resolver, "host.test", Records::A).await.expect_err("a failure").to_string()
}

/// Between the resolver and a server: counts connections, and can cut them.
struct Between {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    tasks: JoinSet<()>,
}

impl Between {
    async fn start(address: SocketAddr, server: SocketAddr) -> Self {
        let listener = net::TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut clients = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                clients.spawn(async move {
                    let mut server = net::TcpStream::connect(server).await.unwrap();
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self { address, connections, tasks }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Closes every connection, and takes new ones.
    async fn restart(mut self, server: SocketAddr) -> Self {
        self.tasks.shutdown().await;
        Self::start(self.address, server).await
    }
}

#[tokio::test]
async fn unbound_answers_over_tls() {
    let Some(unbound) = Unbound::start() else { return };
    let resolver = unbound.over_tls(NAME);
    assert_eq!(addresses(&resolver, "host.test", Records::A).await, ["192.0.2.7"]);
    assert_eq!(addresses(&resolver, "host.test", Records::Aaaa).await, ["2001:db8::7"]);
    let missing = lookup(&resolver, "missing.test", Records::A).await.unwrap_err();
    assert_eq!(missing.to_string(), "missing.test does not exist (NXDOMAIN)");
}

#[cfg(feature = "dns-over-https")]
#[tokio::test]
async fn unbound_answers_over_https() {
    let Some(unbound) = Unbound::start() else { return };
    let server = Nameserver::https(unbound.https, NAME, "/dns-query").unwrap();
    let resolver = unbound.resolver(server);
    assert_eq!(addresses(&resolver, "host.test", Records::A).await, ["192.0.2.7"]);
    assert_eq!(addresses(&resolver, "host.test", Records::Aaaa).await, ["2001:db8::7"]);
    let missing = lookup(&resolver, "missing.test", Records::A).await.unwrap_err();
    assert_eq!(missing.to_string(), "missing.test does not exist (NXDOMAIN)");
}

#[tokio::test]
async fn without_a_hostname_the_certificate_is_for_the_ip_address() {
    let Some(unbound) = Unbound::start() else { return };
    let server = format!("tls://{}", unbound.tls).parse().unwrap();
    let resolver = unbound.resolver(server);
    assert_eq!(addresses(&resolver, "host.test", Records::A).await, ["192.0.2.7"]);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_in_words() {
    let Some(unbound) = Unbound::start() else { return };
    let (tls, https) = (unbound.tls, unbound.https);
    let said = failure(&unbound.over_tls("wrong.example")).await;
    let expected = format!(
        "tls://{tls}?hostname=wrong.example: connection to tcp://{tls} failed during TLS \
         handshake: invalid peer certificate: certificate not valid for name \"wrong.example\"; "
    );
    assert!(said.starts_with(&expected), "{said}");

    if cfg!(feature = "dns-over-https") {
        let server = format!("https://{https}/dns-query?hostname=wrong.example");
        let said = failure(&unbound.resolver(server.parse().unwrap())).await;
        assert!(said.starts_with(&format!("{server}: connection to tcp://{https} ")), "{said}");
        assert!(said.contains("certificate not valid for name \"wrong.example\""), "{said}");
    }
}

#[tokio::test]
async fn a_connect_by_name_says_so_too() {
    let Some(unbound) = Unbound::start() else { return };
    let connector = Connector::builder().dns(unbound.over_tls("wrong.example")).build();
    let error = connector.connect("host.test:80").await.unwrap_err();
    assert!(error.is_resolve());
    let said = error.to_string();
    let begin = "connection to tcp://host.test:80 failed during DNS lookup: tls://127.0.0.1:";
    assert!(said.starts_with(begin), "{said}");
    assert!(said.contains("certificate not valid for name \"wrong.example\""), "{said}");
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused() {
    let Some(unbound) = Unbound::start() else { return };
    let resolver = unbound.over_tls(NAME).tls(trusting(&Authority::new()));
    let said = failure(&resolver).await;
    assert!(said.contains("failed during TLS handshake: invalid peer certificate: "), "{said}");
}

#[tokio::test]
async fn one_connection_is_for_all_queries_and_followed_by_another_when_it_is_closed() {
    let Some(unbound) = Unbound::start() else { return };
    let servers = [("tls", unbound.tls), ("https", unbound.https)];
    let built = if cfg!(feature = "dns-over-https") { 2 } else { 1 };
    for (scheme, server) in servers.into_iter().take(built) {
        let between = Between::start("127.0.0.1:0".parse().unwrap(), server).await;
        let path = if scheme == "https" { "/dns-query" } else { "" };
        let text = format!("{scheme}://{}{path}?hostname={NAME}", between.address);
        let resolver = unbound.resolver(text.parse().unwrap()).cache_size(0);
        let both = || {
            let lookup = |records| addresses(&resolver, "host.test", records);
            async move { tokio::join!(lookup(Records::Aaaa), lookup(Records::A)) }
        };
        both().await;
        both().await;
        assert_eq!(between.connections(), 1, "{scheme}");
        let between = between.restart(server).await;
        both().await;
        assert_eq!(between.connections(), 1, "{scheme}");
    }
}

#[cfg(feature = "dns-over-https")]
#[tokio::test]
async fn another_path_is_told_by_its_status() {
    let Some(unbound) = Unbound::start() else { return };
    let between = Between::start("127.0.0.1:0".parse().unwrap(), unbound.https).await;
    let server = Nameserver::https(between.address, NAME, "/elsewhere").unwrap();
    let resolver = unbound.resolver(server.clone());
    for _ in 0..3 {
        let said = failure(&resolver).await;
        assert_eq!(said, format!("{server}: the HTTP status is 404 Not Found"));
    }
    assert_eq!(between.connections(), 1, "nothing is wrong with it");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_in_the_handshake_has_its_time_and_no_more() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Nameserver::tls(silent.local_addr().unwrap(), NAME).unwrap();
    let resolver = DnsResolver::with_servers([server.clone()]).no_hosts_file().retries(0);
    let began = tokio::time::Instant::now();
    let said = failure(&resolver.tls(trusting(&Authority::new()))).await;
    assert_eq!(said, format!("no answer from {server} within 5s, asked once"));
    assert_eq!(began.elapsed().as_secs(), Duration::from_secs(5).as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_be_reached_has_its_time_and_no_less() {
    let silent = Silent::new();
    let server = Nameserver::tls(silent.address(), NAME).unwrap();
    let resolver = DnsResolver::with_servers([server.clone()]).no_hosts_file().retries(1);
    let began = tokio::time::Instant::now();
    let said = failure(&resolver.query_timeout(Duration::from_secs(8))).await;
    assert_eq!(said, format!("no answer from {server} within 8s, asked 2 times"));
    assert_eq!(began.elapsed().as_secs(), 16);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_silent_is_given_up_and_not_the_one_after_it() {
    let (authority, accepted) = (Authority::new(), Arc::new(AtomicUsize::new(0)));
    let pem = authority.leaf(&[NAME]).pem();
    let identity = Identity::pem(pem.clone(), pem);
    let tls = ServerTls::builder().identity(identity).build().unwrap();
    let mut silent = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let address = silent.handle().address().unwrap().socket_addr().unwrap();
    let counted = accepted.clone();
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut kept = Vec::new();
        while let Some(connection) = silent.accept().await {
            kept.push(connection.unwrap());
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let resolver = DnsResolver::with_servers([Nameserver::tls(address, NAME).unwrap()]);
    let resolver = resolver.no_hosts_file().retries(1).tls(trusting(&authority));
    let later = async {
        sleep(Duration::from_secs(1)).await;
        lookup(&resolver, "later.test", Records::A).await
    };
    let (first, second) = tokio::join!(lookup(&resolver, "first.test", Records::A), later);
    assert!(first.is_err() && second.is_err());
    assert_eq!(accepted.load(Ordering::Relaxed), 2);
}
