//! A first name server that is dead, beside one that is not.

use std::time::Duration;

use http::Uri;
use tokio::time::{Instant, advance};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error,
    layers::{
        DnsLayer,
        dns::{DnsResolver, Nameserver, Records},
    },
};

use super::{addresses, silent};
use crate::support::{
    Silent,
    name_server::{NameServer, Sockets, records, sockets},
};

const GOOD: &str = "192.0.2.2";

/// The dead one, the good one, and who asks them.
async fn servers() -> (Sockets, NameServer, DnsResolver) {
    let dead = sockets().await;
    let address = dead.0.local_addr().unwrap();
    let good = NameServer::with_addresses(0, &[GOOD]).await;
    let resolver = DnsResolver::with_servers([address, good.address()]).no_hosts_file();
    (dead, good, resolver.cache_size(0))
}

/// How long a lookup of another name takes.
async fn lookup(resolver: &DnsResolver, name: &str) -> Duration {
    let began = Instant::now();
    assert_eq!(addresses(resolver, name, Records::A).await, [GOOD]);
    began.elapsed()
}

/// The layer over a connector that connects at once.
async fn connect(resolver: &DnsResolver, deadline: Duration) -> Result<(), Error> {
    let dns = DnsLayer::new(resolver.clone()).lookup_timeout(deadline);
    let service =
        ServiceBuilder::new().layer(dns).service(service_fn(async |_: Uri| Ok::<_, Error>(())));
    service.oneshot(Uri::from_static("tcp://example.com:80")).await
}

/// How many it has not answered since this was last asked.
fn queries((dead, _): &Sockets) -> usize {
    std::iter::from_fn(|| dead.try_recv(&mut [0; 512]).ok()).count()
}

fn revive(dead: Sockets) -> NameServer {
    queries(&dead);
    NameServer::start_on(dead, |query, _| Some(records(query, 0, &[GOOD])))
}

#[tokio::test(start_paused = true)]
async fn costs_its_timeout_once() {
    let (dead, good, resolver) = servers().await;
    assert_eq!(lookup(&resolver, "one.example").await.as_secs(), 5);
    assert!(queries(&dead) > 0);
    for name in ["two.example", "three.example", "four.example"] {
        assert_eq!(lookup(&resolver, name).await, Duration::ZERO);
    }
    assert_eq!(queries(&dead), 0);
    assert_eq!(good.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn costs_its_timeout_once_over_tcp_too() {
    let good = NameServer::with_addresses(0, &[GOOD]).await;
    for timeout in [5, 20] {
        let dead = Silent::new();
        let servers = [dead.address(), good.address()].map(Nameserver::tcp);
        let resolver = DnsResolver::with_servers(servers).no_hosts_file().cache_size(0);
        let resolver = resolver.query_timeout(Duration::from_secs(timeout));
        assert_eq!(lookup(&resolver, "one.example").await.as_secs(), timeout);
        assert_eq!(lookup(&resolver, "two.example").await, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn costs_one_query_a_second_after_a_minute() {
    let (dead, _good, resolver) = servers().await;
    lookup(&resolver, "one.example").await;
    advance(Duration::from_secs(60)).await;
    queries(&dead);
    let (first, second) =
        tokio::join!(lookup(&resolver, "two.example"), lookup(&resolver, "three.example"));
    assert_eq!((first.as_secs(), second.as_secs()), (1, 0));
    assert!(queries(&dead) > 0);
    assert_eq!(lookup(&resolver, "four.example").await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn is_the_first_again_when_it_is_back() {
    let (dead, good, resolver) = servers().await;
    lookup(&resolver, "one.example").await;
    let back = revive(dead);
    lookup(&resolver, "two.example").await;
    assert!(back.asked().is_empty());
    advance(Duration::from_secs(60)).await;
    for name in ["three.example", "four.example"] {
        assert_eq!(lookup(&resolver, name).await, Duration::ZERO);
    }
    assert_eq!((back.asked().len(), good.asked().len()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn is_asked_when_the_others_fail() {
    let (dead, good, resolver) = servers().await;
    lookup(&resolver, "one.example").await;
    drop(good);
    let _back = revive(dead);
    assert_eq!(lookup(&resolver, "two.example").await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn never_costs_more_than_the_deadline_of_the_lookups_and_that_once() {
    let (_dead, _good, resolver) = servers().await;
    let began = Instant::now();
    let error = connect(&resolver, Duration::from_secs(2)).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 2);
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 timed out during DNS lookup after 2s (ETIMEDOUT)"
    );
    let began = Instant::now();
    connect(&resolver, Duration::from_secs(2)).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn however_many_there_are_the_deadline_of_the_lookups_holds() {
    let dead = [silent().await, silent().await, silent().await];
    let addresses = dead.each_ref().map(|(_, address)| *address);
    let resolver = DnsResolver::with_servers(addresses).no_hosts_file();
    for _ in 0..2 {
        let began = Instant::now();
        assert!(connect(&resolver, Duration::from_secs(3)).await.unwrap_err().is_timeout());
        assert_eq!(began.elapsed().as_secs(), 3);
    }
}
