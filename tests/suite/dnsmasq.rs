//! The resolver against dnsmasq.

use std::{
    net::{SocketAddr, UdpSocket},
    process::Stdio,
    time::{Duration, Instant},
};

use hickory_resolver::proto::op::ResponseCode;
use tempfile::TempDir;
use tower_socket::{
    BoxError,
    layers::dns::{Answer, DnsResolver, LookupError, Records, Resolve},
};

use crate::support::{
    name_server::{NameServer, failure},
    programs::program,
    running::Running,
};

struct Dnsmasq {
    address: SocketAddr,
    _peer: Running,
    _directory: TempDir,
}

impl Dnsmasq {
    /// `None` where dnsmasq is not installed.
    async fn start(lines: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        for _ in 0..10 {
            let address = free_address();
            let file = directory.path().join("dnsmasq.conf");
            std::fs::write(&file, configuration(address, lines)).unwrap();
            let mut command = program("dnsmasq")?;
            command.args(["--keep-in-foreground", "--pid-file"]).stderr(Stdio::null());
            command.arg(format!("--conf-file={}", file.display()));
            let mut peer = Running::start(&mut command);
            if answers(address, &mut peer).await {
                return Some(Self { address, _peer: peer, _directory: directory });
            }
        }
        panic!("dnsmasq does not start with these lines:\n{lines}");
    }

    fn resolver(&self) -> DnsResolver {
        DnsResolver::with_servers([self.address]).no_hosts_file()
    }
}

fn configuration(address: SocketAddr, lines: &str) -> String {
    let port = address.port();
    format!(
        "port={port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\n\
         user=\n{lines}"
    )
}

fn free_address() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Whether it is up; if not, it ended because its port was taken meanwhile.
async fn answers(address: SocketAddr, peer: &mut Running) -> bool {
    let resolver = DnsResolver::with_servers([address])
        .no_hosts_file()
        .query_timeout(Duration::from_millis(200))
        .retries(0);
    loop {
        match lookup(&resolver, "up.test", Records::A).await.map_err(|error| error.downcast()) {
            Ok(_) => return true,
            Err(Ok::<Box<LookupError>, _>(error)) if error.response_code().is_some() => {
                return true;
            }
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

async fn failed(resolver: &DnsResolver, name: &str) -> LookupError {
    let error = lookup(resolver, name, Records::A).await.expect_err("a failure");
    *error.downcast().expect("an error of the resolver")
}

#[tokio::test]
async fn dnsmasq_answers_both_families() {
    let lines = "host-record=two.test,192.0.2.7,2001:db8::7";
    let Some(server) = Dnsmasq::start(lines).await else { return };
    let resolver = server.resolver();
    assert_eq!(addresses(&resolver, "two.test", Records::A).await, ["192.0.2.7"]);
    assert_eq!(addresses(&resolver, "two.test", Records::Aaaa).await, ["2001:db8::7"]);
}

// DNSR-03
#[tokio::test]
async fn dnsmasq_answers_with_a_chain_of_aliases() {
    let lines = "host-record=c.test,192.0.2.7\ncname=b.test,c.test\ncname=a.test,b.test";
    let Some(server) = Dnsmasq::start(lines).await else { return };
    assert_eq!(addresses(&server.resolver(), "a.test", Records::A).await, ["192.0.2.7"]);
}

// DNSR-04
#[tokio::test]
async fn dnsmasq_tells_failures_apart() {
    let broken = NameServer::start(|_, _| Some(failure(ResponseCode::ServFail))).await;
    let port = broken.address().port();
    let lines = format!("local=/test/\nserver=/broken.example/127.0.0.1#{port}");
    let Some(server) = Dnsmasq::start(&lines).await else { return };
    let resolver = server.resolver();
    let missing = failed(&resolver, "missing.test").await;
    assert_eq!(missing.response_code(), Some(3));
    assert_eq!(missing.to_string(), "missing.test does not exist (NXDOMAIN)");
    assert_eq!(failed(&resolver, "www.broken.example").await.response_code(), Some(2));
    assert_eq!(failed(&resolver, "www.elsewhere.example").await.response_code(), Some(5));
}

// DNSR-04
#[tokio::test]
async fn no_such_records_with_an_soa_is_an_empty_answer_that_expires() {
    let lines = "auth-server=ns.zone.example,lo\nauth-zone=zone.example\n\
                 host-record=v4.zone.example,192.0.2.7";
    let Some(server) = Dnsmasq::start(lines).await else { return };
    let resolver = server.resolver();
    assert_eq!(addresses(&resolver, "v4.zone.example", Records::A).await, ["192.0.2.7"]);
    let nothing = lookup(&resolver, "v4.zone.example", Records::Aaaa).await.unwrap();
    assert!(nothing.addresses.is_empty());
    assert!(nothing.expires.is_some_and(|expires| expires > Instant::now()));
}

// DNSR-02
#[tokio::test]
async fn dnsmasq_truncates_and_is_asked_again_over_tcp() {
    let lines: String =
        (1..=200).map(|host| format!("host-record=big.test,192.0.2.{host}\n")).collect();
    let Some(server) = Dnsmasq::start(&lines).await else { return };
    assert_eq!(addresses(&server.resolver(), "big.test", Records::A).await.len(), 200);
}

// DNSR-08
#[tokio::test]
async fn an_answer_of_dnsmasq_is_kept_until_it_expires() {
    let lines = "host-record=short.test,192.0.2.7,1\nhost-record=long.test,192.0.2.7,600";
    let Some(server) = Dnsmasq::start(lines).await else { return };
    let resolver = server.resolver();
    let expires = async |name| lookup(&resolver, name, Records::A).await.unwrap().expires.unwrap();
    let (short, long) = (expires("short.test").await, expires("long.test").await);
    assert!(short <= Instant::now() + Duration::from_secs(1));
    assert!(long >= Instant::now() + Duration::from_secs(598));
    drop(server);
    assert!(lookup(&resolver, "short.test", Records::A).await.is_ok());
    // hickory's cache reads the clock of the operating system.
    tokio::time::sleep_until((short + Duration::from_millis(1100)).into()).await;
    assert!(lookup(&resolver, "short.test", Records::A).await.is_err());
    assert!(lookup(&resolver, "long.test", Records::A).await.is_ok());
}
