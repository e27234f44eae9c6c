use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use hickory_resolver::proto::{
    op::{Message, Query, ResponseCode},
    rr::{RData, Record, RecordType, rdata},
};
use tokio::{net::UdpSocket, runtime::Handle, task::JoinSet, time};
use tower_socket::{
    BoxError,
    layers::dns::{Answer, DnsResolver, LookupError, Nameserver, Records, Resolve},
};

use crate::support::name_server::{NameServer, Over, failure, name, records};

/// Long enough for a server in this process.
const SHORT: Duration = Duration::from_secs(1);

fn resolver(servers: &[&NameServer]) -> DnsResolver {
    DnsResolver::with_servers(servers.iter().map(|server| server.address())).no_hosts_file()
}

async fn lookup(resolver: &DnsResolver, name: &str, records: Records) -> Result<Answer, BoxError> {
    resolver.lookup(&name.into(), records).await
}

async fn addresses(resolver: &DnsResolver, name: &str, records: Records) -> Vec<String> {
    let answer = lookup(resolver, name, records).await.expect("an answer");
    answer.addresses.iter().map(|address| address.ip().to_string()).collect()
}

async fn error(resolver: &DnsResolver, name: &str) -> LookupError {
    let error = lookup(resolver, name, Records::A).await.expect_err("a failure");
    *error.downcast().expect("an error of the resolver")
}

/// Nothing listens there as long as the socket is held: it takes and is silent.
async fn silent() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn closed() -> SocketAddr {
    std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn each_family_is_asked_for_on_its_own() {
    let server = NameServer::with_addresses(60, &["192.0.2.1", "2001:db8::1", "192.0.2.2"]).await;
    let resolver = resolver(&[&server]);
    assert_eq!(addresses(&resolver, "example.com", Records::Aaaa).await, ["2001:db8::1"]);
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(server.asked(), [(RecordType::AAAA, Over::Udp), (RecordType::A, Over::Udp)]);
}

// DNSR-01
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_asked_three_times_for_five_seconds() {
    let (_socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let began = time::Instant::now();
    let error = error(&resolver, "example.com").await;
    assert_eq!(began.elapsed().as_secs(), 15);
    assert_eq!(
        error.to_string(),
        format!("no answer from udp://{address} within 5s, asked 3 times")
    );
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::TimedOut);
}

// DNSR-01
#[tokio::test(start_paused = true)]
async fn how_long_and_how_often_a_server_is_asked_can_be_set() {
    let (_socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address])
        .no_hosts_file()
        .query_timeout(Duration::from_secs(1))
        .retries(0);
    let began = time::Instant::now();
    let error = error(&resolver, "example.com").await;
    assert_eq!(began.elapsed().as_secs(), 1);
    assert!(error.to_string().ends_with("within 1s, asked once"), "{error}");
}

// DNSR-02
#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let server = NameServer::start(|query, over| {
        let mut message = records(query, 60, &["192.0.2.1"]);
        message.metadata.truncation = over == Over::Udp;
        Some(message)
    })
    .await;
    let resolver = resolver(&[&server]);
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked(), [(RecordType::A, Over::Udp), (RecordType::A, Over::Tcp)]);
}

// CTR-12
#[tokio::test]
async fn a_tcp_server_is_asked_over_tcp_only() {
    let server = NameServer::with_addresses(60, &["192.0.2.1"]).await;
    let given: Nameserver = format!("tcp://{}", server.address()).parse().unwrap();
    let resolver = DnsResolver::with_servers([given]).no_hosts_file();
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked(), [(RecordType::A, Over::Tcp)]);
}

// CTR-12
#[test]
fn a_name_server_is_an_address_with_or_without_scheme_and_port() {
    for (text, normal) in [
        ("127.0.1.1", "udp://127.0.1.1:53"),
        ("127.0.1.1:5353", "udp://127.0.1.1:5353"),
        ("::1", "udp://[::1]:53"),
        ("[::1]", "udp://[::1]:53"),
        ("[::1]:5353", "udp://[::1]:5353"),
        ("udp://127.0.1.1:5353", "udp://127.0.1.1:5353"),
        ("tcp://127.0.1.1", "tcp://127.0.1.1:53"),
        ("tcp://[fe80::1%1]:53", "tcp://[fe80::1%1]:53"),
    ] {
        let server: Nameserver = text.parse().unwrap();
        assert_eq!(server.to_string(), normal);
        assert_eq!(server.to_string().parse::<Nameserver>().unwrap(), server);
    }
    for text in ["", "dns.example", "tls://1.1.1.1", "127.0.0.1:0", "127.0.0.1:99999", "udp://"] {
        let error = text.parse::<Nameserver>().unwrap_err();
        assert!(error.is_invalid_input());
        assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
    }
}

// DNSR-03
#[tokio::test]
async fn aliases_inside_the_answer_are_followed() {
    let server = NameServer::start(|query, _| {
        let alias = |from: &str, to: &str| {
            Record::from_rdata(name(from), 60, RData::CNAME(rdata::CNAME(name(to))))
        };
        let mut message = Message::query();
        message.add_answer(alias("www.example.com.", "web.example.com."));
        message.add_answer(alias("web.example.com.", "host.example.com."));
        let mut host = records(query, 60, &["192.0.2.1"]).answers;
        host[0].name = name("host.example.com.");
        message.add_answers(host);
        Some(message)
    })
    .await;
    let resolver = resolver(&[&server]);
    assert_eq!(addresses(&resolver, "www.example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked().len(), 1);
}

// DNSR-04
#[tokio::test]
async fn no_such_records_is_an_empty_answer_and_no_such_name_an_error() {
    let server = NameServer::start(|query, _| match query.name().to_ascii().as_str() {
        "nodata.example." => Some(Message::query()),
        "refused.example." => Some(failure(ResponseCode::Refused)),
        "broken.example." => Some(failure(ResponseCode::ServFail)),
        _ => Some(failure(ResponseCode::NXDomain)),
    })
    .await;
    let resolver = resolver(&[&server]);
    assert!(addresses(&resolver, "nodata.example", Records::A).await.is_empty());

    let missing = error(&resolver, "missing.example").await;
    assert_eq!(missing.to_string(), "missing.example does not exist (NXDOMAIN)");
    assert_eq!(missing.response_code(), Some(3));
    let broken = error(&resolver, "broken.example").await;
    assert_eq!(broken.to_string(), format!("udp://{} answered SERVFAIL", server.address()));
    assert_eq!(broken.response_code(), Some(2));
    let refused = error(&resolver, "refused.example").await;
    assert_eq!(refused.to_string(), format!("udp://{} answered REFUSED", server.address()));
    assert_eq!(refused.response_code(), Some(5));
}

// DNSR-05
#[tokio::test]
async fn the_hosts_file_comes_first_for_each_family() {
    let directory = tempfile::tempdir().unwrap();
    let hosts = directory.path().join("hosts");
    std::fs::write(&hosts, "# ours\n192.0.2.7 Box.example box # four\n192.0.2.8 box\n").unwrap();
    let server = NameServer::with_addresses(60, &["192.0.2.1", "2001:db8::1"]).await;
    let resolver = resolver(&[&server]).hosts_file(hosts);
    assert_eq!(addresses(&resolver, "box.example", Records::A).await, ["192.0.2.7"]);
    assert_eq!(addresses(&resolver, "BOX", Records::A).await, ["192.0.2.7", "192.0.2.8"]);
    assert!(server.asked().is_empty());
    assert_eq!(addresses(&resolver, "box.example", Records::Aaaa).await, ["2001:db8::1"]);
}

// DNSR-06
#[tokio::test]
async fn servers_are_asked_in_order_until_one_answers() {
    let broken = NameServer::start(|_, _| Some(failure(ResponseCode::ServFail))).await;
    let (_socket, silent) = silent().await;
    let good = NameServer::with_addresses(60, &["192.0.2.1"]).await;
    let last = NameServer::with_addresses(60, &["192.0.2.2"]).await;
    let servers = [broken.address(), closed(), silent, good.address(), last.address()];
    let resolver = DnsResolver::with_servers(servers).no_hosts_file().query_timeout(SHORT);
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(broken.asked().len(), 1);
    assert!(last.asked().is_empty());
}

// DNSR-06
#[tokio::test]
async fn the_failures_of_all_servers_are_told() {
    let broken = NameServer::start(|_, _| Some(failure(ResponseCode::ServFail))).await;
    let (_socket, silent) = silent().await;
    let closed = closed();
    let servers = [broken.address(), closed, silent];
    let resolver =
        DnsResolver::with_servers(servers).no_hosts_file().query_timeout(SHORT).retries(0);
    let error = error(&resolver, "example.com").await;
    let broken = broken.address();
    assert_eq!(
        error.to_string(),
        format!(
            "udp://{broken} answered SERVFAIL; udp://{closed}: connection refused \
             (ECONNREFUSED); udp://{silent} did not answer"
        )
    );
}

// DNSR-07
#[tokio::test]
async fn identical_queries_under_way_are_one_query() {
    let server = NameServer::start(|_, _| None).await;
    let resolver = resolver(&[&server]);
    let lookup = || resolver.lookup(&"example.com".into(), Records::A);
    let mut waiters: JoinSet<_> = (0..3).map(|_| lookup()).collect();
    asked(&server, 1).await;
    assert!(waiters.try_join_next().is_none());
    assert_eq!(server.asked().len(), 1);
}

// DNSR-07
#[tokio::test]
async fn a_waiter_that_leaves_does_not_stop_the_others() {
    let (socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let lookup = || tokio::spawn(resolver.lookup(&"example.com".into(), Records::A));
    let (first, second) = (lookup(), lookup());
    let (query, asker) = received(&socket).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let mut response = records(&query.queries[0], 60, &["192.0.2.1"]).into_response();
    response.metadata.id = query.metadata.id;
    response.add_query(query.queries[0].clone());
    socket.send_to(&response.to_vec().unwrap(), asker).await.unwrap();
    let answer = second.await.unwrap().unwrap();
    assert_eq!(answer.addresses, ["192.0.2.1:0".parse().unwrap()]);
}

// DNSR-07
#[tokio::test]
async fn the_query_ends_when_the_last_waiter_leaves() {
    let (socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let mut waiters: JoinSet<_> =
        (0..2).map(|_| resolver.lookup(&"example.com".into(), Records::A)).collect();
    let (_, asker) = received(&socket).await;
    waiters.shutdown().await;

    let probe = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    probe.set_read_timeout(Some(SHORT)).unwrap();
    probe.connect(("127.0.0.1", asker.port())).unwrap();
    probe.send(b"anybody?").unwrap();
    let refused = probe.recv(&mut [0; 1]).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_lookup_dropped_while_asking_over_tcp_leaves_no_task() {
    let server = NameServer::start(|_, _| None).await;
    let resolver = DnsResolver::with_servers([Nameserver::tcp(server.address())]).no_hosts_file();
    let metrics = Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    let waiter = tokio::spawn(resolver.lookup(&"example.com".into(), Records::A));
    asked(&server, 1).await;
    assert!(metrics.num_alive_tasks() > before);
    waiter.abort();
    while metrics.num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}

async fn received(socket: &UdpSocket) -> (Message, SocketAddr) {
    let mut query = [0; 512];
    let (length, asker) = socket.recv_from(&mut query).await.unwrap();
    (Message::from_vec(&query[..length]).unwrap(), asker)
}

// DNSR-08, CTR-14
#[tokio::test]
async fn an_answer_is_kept_and_shared_by_clones() {
    let server = NameServer::with_addresses(60, &["192.0.2.1"]).await;
    let resolver = resolver(&[&server]);
    let answer = lookup(&resolver, "example.com", Records::A).await.unwrap();
    let left = answer.expires.unwrap() - Instant::now();
    assert!((58..=60).contains(&left.as_secs()), "{left:?}");
    assert_eq!(addresses(&resolver.clone(), "EXAMPLE.com", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked().len(), 1);
    assert_eq!(addresses(&resolver.cache_size(0), "example.com", Records::A).await.len(), 1);
    assert_eq!(server.asked().len(), 2);
}

// DNSR-08
#[tokio::test]
async fn the_cache_keeps_256_answers_and_no_failure() {
    let server = NameServer::start(|query, _| match query.name().to_ascii().as_str() {
        "broken.example." => Some(failure(ResponseCode::ServFail)),
        _ => Some(records(query, 60, &["192.0.2.1"])),
    })
    .await;
    let resolver = resolver(&[&server]);
    for _ in 0..2 {
        for number in 0..256 {
            addresses(&resolver, &format!("host{number}.example"), Records::A).await;
        }
    }
    assert_eq!(server.asked().len(), 256);
    error(&resolver, "broken.example").await;
    error(&resolver, "broken.example").await;
    assert_eq!(server.asked().len(), 258);
}

// DNSR-09
#[tokio::test]
async fn the_search_list_of_the_system_is_used() {
    // resolv.conf names no ports, and others may not listen on this one.
    let there = "127.0.0.77:53".parse().unwrap();
    let answer = |query: &Query, _| match query.name().to_ascii().as_str() {
        "box.two.example." => Some(records(query, 60, &["192.0.2.1"])),
        _ => Some(failure(ResponseCode::NXDomain)),
    };
    let Some(server) = NameServer::start_at(there, answer).await else {
        eprintln!("skipped: cannot listen on port 53");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("resolv.conf");
    let text = "nameserver 127.0.0.77\nsearch one.example two.example\n";
    std::fs::write(&file, text).unwrap();
    let resolver = DnsResolver::with_resolv_conf(&file).no_hosts_file();
    assert_eq!(addresses(&resolver, "box", Records::A).await, ["192.0.2.1"]);
    assert_eq!(server.asked().len(), 2);
}

// DNSR-09, CTR-13
#[tokio::test]
async fn the_system_configuration_names_servers_and_search_list() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("resolv.conf");
    let resolver = DnsResolver::with_resolv_conf(&file)
        .no_hosts_file()
        .query_timeout(Duration::from_millis(1));

    let error_of_missing = error(&resolver, "example.com").await;
    assert!(error_of_missing.to_string().starts_with(&format!(
        "cannot read the resolver configuration {}: No such file",
        file.display()
    )));
    std::fs::write(&file, "search example.com\n").unwrap();
    let error_of_empty = error(&resolver, "example.com").await;
    assert!(error_of_empty.to_string().contains("is of no use: "), "{error_of_empty}");

    std::fs::write(&file, "nameserver 192.0.2.53\noptions attempts:1\n").unwrap();
    let error = error(&resolver, "example.com.").await.to_string();
    assert!(error.contains("udp://192.0.2.53:53"), "{error}");
}

#[tokio::test]
async fn localhost_needs_no_query_and_no_configuration() {
    let resolver = DnsResolver::with_resolv_conf("/nonexistent");
    for name in ["localhost", "LOCALHOST.", "a.localhost"] {
        assert_eq!(addresses(&resolver, name, Records::Aaaa).await, ["::1"]);
        assert_eq!(addresses(&resolver, name, Records::A).await, ["127.0.0.1"]);
        assert_eq!(addresses(&resolver, name, Records::Both).await, ["::1", "127.0.0.1"]);
    }
}

// DNSR-10
#[tokio::test]
async fn a_dead_server_is_an_error_at_once() {
    let address = closed();
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let error = error(&resolver, "example.com").await;
    assert_eq!(error.to_string(), format!("udp://{address}: connection refused (ECONNREFUSED)"));
}

#[tokio::test]
async fn no_servers_and_no_names_are_errors() {
    let none = DnsResolver::with_servers::<Nameserver>([]).no_hosts_file();
    assert_eq!(error(&none, "example.com").await.to_string(), "there is no name server to ask");
    let long = "a".repeat(64);
    let error = error(&none, &long).await;
    assert!(error.to_string().starts_with(&format!("{long:?} is not a host name: ")), "{error}");
}

async fn asked(server: &NameServer, times: usize) {
    while server.asked().len() < times {
        tokio::task::yield_now().await;
    }
}
