use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::RecordType,
};
use tokio::{net::UdpSocket, runtime::Handle, task::JoinSet, time::sleep_until};
use tower_socket::layers::dns::{DnsResolver, Nameserver, Records, Resolve};

use super::{SHORT, addresses, error, lookup, resolver, silent};
use crate::support::name_server::{NameServer, failure, records};

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
    reply(&socket, &query, asker, "192.0.2.1").await;
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

pub(super) async fn reply(
    socket: &UdpSocket,
    query: &Message,
    asker: SocketAddr,
    address: &'static str,
) {
    let mut response = records(&query.queries[0], 60, &[address]).into_response();
    response.metadata.id = query.metadata.id;
    response.add_query(query.queries[0].clone());
    socket.send_to(&response.to_vec().unwrap(), asker).await.unwrap();
}

pub(super) async fn received(socket: &UdpSocket) -> (Message, SocketAddr) {
    let mut query = [0; 512];
    let (length, asker) = socket.recv_from(&mut query).await.unwrap();
    (Message::from_vec(&query[..length]).unwrap(), asker)
}

async fn asked(server: &NameServer, times: usize) {
    while server.asked().len() < times {
        tokio::task::yield_now().await;
    }
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
}

// DNSR-08
#[tokio::test]
async fn without_a_cache_every_lookup_is_a_query() {
    let server = NameServer::with_addresses(60, &["192.0.2.1"]).await;
    let resolver = resolver(&[&server]);
    addresses(&resolver, "example.com", Records::A).await;
    let resolver = resolver.cache_size(0);
    addresses(&resolver, "example.com", Records::A).await;
    addresses(&resolver, "example.com", Records::A).await;
    assert_eq!(server.asked().len(), 3);
}

// DNSR-08
#[tokio::test]
async fn each_family_is_asked_for_again_when_its_answer_has_expired() {
    let server = NameServer::start(|query, _| {
        let ttl = if query.query_type() == RecordType::A { 1 } else { 600 };
        Some(records(query, ttl, &["192.0.2.1", "2001:db8::1"]))
    })
    .await;
    let resolver = resolver(&[&server]);
    let both = async || {
        let v6 = addresses(&resolver, "example.com", Records::Aaaa).await;
        let v4 = lookup(&resolver, "example.com", Records::A).await.unwrap();
        assert_eq!((v6.len(), v4.addresses.len()), (1, 1));
        v4.expires.unwrap()
    };
    let expires = both().await;
    // What is kept goes by the clock of the operating system.
    sleep_until((expires + Duration::from_millis(10)).into()).await;
    both().await;
    let asked: Vec<_> = server.asked().iter().map(|(kind, _)| *kind).collect();
    assert_eq!(asked, [RecordType::AAAA, RecordType::A, RecordType::A]);
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
