//! Hosts with and without IPv4, as the kernel would describe them.

use std::{
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use http::Uri;
use tokio::{task::yield_now, time};
use tower::{Layer, ServiceExt, service_fn};

use super::Nat64Prefix;
use crate::{
    BoxError, Error,
    layers::{
        DnsLayer,
        dns::{Answer, Lookup, Name, Records, Resolve},
    },
};

const WELL_KNOWN: &str = "64:ff9b::c000:aa";

fn only_v6(to: SocketAddr) -> Option<IpAddr> {
    to.is_ipv6().then(|| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x99).into())
}

fn both(to: SocketAddr) -> Option<IpAddr> {
    only_v6(to).or_else(|| Some([198, 51, 100, 99].into()))
}

/// Hosts, and who was asked for.
#[derive(Clone, Default)]
struct Table {
    addresses: Vec<IpAddr>,
    prefix: Prefix,
    asked: Arc<Mutex<Vec<String>>>,
}

/// What the name servers make of `ipv4only.arpa`.
#[derive(Clone, Default)]
enum Prefix {
    #[default]
    None,
    Is(&'static str, Duration),
    Fails,
    Silent,
}

impl Table {
    fn new(addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Self { addresses, ..Self::default() }
    }

    fn prefix(self, prefix: Prefix) -> Self {
        Self { prefix, ..self }
    }

    fn known(self) -> Self {
        self.prefix(Prefix::Is(WELL_KNOWN, Duration::from_secs(3600)))
    }

    fn discoveries(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|name| name.starts_with("ipv4only.arpa")).count()
    }

    async fn discover(prefix: Prefix) -> Result<Answer, BoxError> {
        match prefix {
            Prefix::None => Ok(Answer::empty()),
            Prefix::Is(address, ttl) => {
                // After those of the name.
                yield_now().await;
                let answer: Answer = [address.parse::<IpAddr>().unwrap()].into_iter().collect();
                Ok(answer.with_expires(Instant::now() + ttl))
            }
            Prefix::Fails => Err("SERVFAIL".into()),
            Prefix::Silent => std::future::pending().await,
        }
    }
}

impl Resolve for Table {
    fn lookup(&self, name: &Name, records: Records) -> Lookup {
        self.asked.lock().unwrap().push(name.to_string());
        if name.as_str().starts_with("ipv4only.arpa") {
            return Box::pin(Self::discover(self.prefix.clone()));
        }
        let wanted = self.addresses.iter().filter(|address| match records {
            Records::A => address.is_ipv4(),
            _ => address.is_ipv6(),
        });
        Box::pin(std::future::ready(Ok(wanted.copied().collect())))
    }
}

/// The layer on such a host, over a network that refuses everything.
struct Host {
    layer: DnsLayer,
    tried: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn new(mut layer: DnsLayer, source: super::Source) -> Self {
        layer.options.source = source;
        Self { layer, tried: Arc::default() }
    }

    async fn fail(&self, uri: &'static str) -> Error {
        let tried = self.tried.clone();
        let refuse = service_fn(move |uri: Uri| {
            tried.lock().unwrap().push(uri.to_string());
            std::future::ready(Err::<(), _>(BoxError::from(io::Error::from_raw_os_error(111))))
        });
        self.layer.layer(refuse).oneshot(Uri::from_static(uri)).await.unwrap_err()
    }

    async fn tried(&self, uri: &'static str) -> Vec<String> {
        self.fail(uri).await;
        std::mem::take(&mut self.tried.lock().unwrap())
    }
}

fn configured(table: Table) -> DnsLayer {
    DnsLayer::new(table).nat64_prefix(Nat64Prefix::WELL_KNOWN)
}

fn discovering(table: &Table) -> DnsLayer {
    DnsLayer::new(table.clone()).discover_nat64()
}

#[tokio::test]
async fn an_ipv4_address_without_a_route_goes_behind_the_prefix() {
    let host = Host::new(configured(Table::new(&[])), only_v6);
    assert_eq!(
        host.tried("tcp://192.0.2.1:80").await,
        ["tcp://[64:ff9b::c000:201]:80/?hostname=192.0.2.1"]
    );
    assert_eq!(
        host.tried("https://192.0.2.1/a?hostname=example.com").await,
        ["https://[64:ff9b::c000:201]:443/a?hostname=example.com"]
    );
}

#[tokio::test]
async fn every_other_address_is_left_alone() {
    let host = Host::new(configured(Table::new(&[])), only_v6);
    for uri in ["tcp://[2001:db8::1]:80/", "tcp://127.0.0.1:80/", "tcp://169.254.0.1:80/"] {
        assert_eq!(host.tried(uri).await, [uri]);
    }
    let host = Host::new(configured(Table::new(&[])), both);
    assert_eq!(host.tried("tcp://192.0.2.1:80/").await, ["tcp://192.0.2.1:80/"]);
}

#[tokio::test]
async fn the_error_says_what_was_tried() {
    let host = Host::new(configured(Table::new(&[])), only_v6);
    let error = host.fail("tcp://192.0.2.1:80").await;
    assert_eq!(
        error.to_string(),
        "connection to tcp://192.0.2.1:80 failed: \
         connection to tcp://[64:ff9b::c000:201]:80 failed: connection refused (ECONNREFUSED)"
    );
    let tried = error.attempts()[0].address();
    assert_eq!(tried, "[64:ff9b::c000:201]:80".parse().unwrap());
}

#[tokio::test(start_paused = true)]
async fn what_a_records_say_goes_behind_the_prefix_after_native_ipv6() {
    let table = Table::new(&["192.0.2.1", "2001:db8::1"]);
    let host = Host::new(configured(table), only_v6);
    assert_eq!(
        host.tried("tcp://example.com:80").await,
        [
            "tcp://[2001:db8::1]:80/?hostname=example.com",
            "tcp://[64:ff9b::c000:201]:80/?hostname=example.com"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_dns64_made_of_an_a_record_is_tried_once_and_counts_as_ipv4() {
    let table = Table::new(&["64:ff9b::c000:201", "192.0.2.1", "2001:db8::1"]);
    let host = Host::new(configured(table.clone()), only_v6);
    assert_eq!(
        host.tried("tcp://example.com:80").await,
        [
            "tcp://[2001:db8::1]:80/?hostname=example.com",
            "tcp://[64:ff9b::c000:201]:80/?hostname=example.com"
        ]
    );
    let host = Host::new(configured(table), both);
    assert_eq!(
        host.tried("tcp://example.com:80").await,
        [
            "tcp://[2001:db8::1]:80/?hostname=example.com",
            "tcp://192.0.2.1:80/?hostname=example.com",
            "tcp://[64:ff9b::c000:201]:80/?hostname=example.com"
        ]
    );
}

#[tokio::test]
async fn an_address_never_causes_a_lookup_and_uses_what_is_known() {
    let table = Table::new(&["192.0.2.1"]).known();
    let host = Host::new(discovering(&table), only_v6);
    assert_eq!(host.tried("tcp://192.0.2.7:80/").await, ["tcp://192.0.2.7:80/"]);
    assert!(table.asked.lock().unwrap().is_empty());

    let behind = ["tcp://[64:ff9b::c000:201]:80/?hostname=example.com"];
    assert_eq!(host.tried("tcp://example.com:80").await, behind);
    let behind = ["tcp://[64:ff9b::c000:207]:80/?hostname=192.0.2.7"];
    assert_eq!(host.tried("tcp://192.0.2.7:80/").await, behind);
    assert_eq!(table.discoveries(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_prefix_is_asked_for_again_when_it_has_expired() {
    for (ttl, holds) in [(30, 30), (86_400, 600)] {
        let table = Table::new(&["192.0.2.1"]);
        let table = table.prefix(Prefix::Is(WELL_KNOWN, Duration::from_secs(ttl)));
        let host = Host::new(discovering(&table), only_v6);
        for _ in 0..3 {
            host.tried("tcp://example.com:80").await;
        }
        assert_eq!(table.discoveries(), 1);
        time::advance(Duration::from_secs(holds + 1)).await;
        let behind = ["tcp://[64:ff9b::c000:207]:80/?hostname=192.0.2.7"];
        assert_eq!(host.tried("tcp://192.0.2.7:80/").await, behind);
        host.fail("tcp://example.com:80").await;
        assert_eq!(table.discoveries(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_prefix_that_is_asked_once_a_minute() {
    for prefix in [Prefix::None, Prefix::Fails, Prefix::Is("2001:db8::1", Duration::MAX / 4)] {
        let table = Table::new(&["192.0.2.1"]).prefix(prefix);
        let host = Host::new(discovering(&table), only_v6);
        for _ in 0..3 {
            let direct = ["tcp://192.0.2.1:80/?hostname=example.com"];
            assert_eq!(host.tried("tcp://example.com:80").await, direct);
        }
        assert_eq!(table.discoveries(), 1);
        time::advance(Duration::from_secs(601)).await;
        host.fail("tcp://example.com:80").await;
        assert_eq!(table.discoveries(), 2);
    }
}

#[tokio::test]
async fn on_a_host_with_ipv4_nothing_is_asked() {
    let table = Table::new(&["192.0.2.1"]).known();
    let host = Host::new(discovering(&table), both);
    let direct = ["tcp://192.0.2.1:80/?hostname=example.com"];
    assert_eq!(host.tried("tcp://example.com:80").await, direct);
    assert_eq!(table.discoveries(), 0);
}

#[tokio::test(start_paused = true)]
async fn ipv6_does_not_wait_for_the_prefix_and_ipv4_until_the_deadline() {
    let table = Table::new(&["192.0.2.1", "2001:db8::1"]).prefix(Prefix::Silent);
    let limit = Duration::from_secs(2);
    let host = Host::new(discovering(&table).lookup_timeout(limit), only_v6);
    let began = time::Instant::now();
    let error = host.fail("tcp://example.com:80").await;
    assert_eq!(began.elapsed(), limit);
    let started: Vec<_> = error
        .attempts()
        .iter()
        .map(|attempt| (attempt.address().to_string(), attempt.started()))
        .collect();
    let expected = [("[2001:db8::1]:80", Duration::ZERO), ("192.0.2.1:80", limit)];
    assert_eq!(started, expected.map(|(address, at)| (address.into(), at)));
}

#[tokio::test(start_paused = true)]
async fn a_silent_network_is_waited_for_once_a_minute() {
    let table = Table::new(&["192.0.2.1"]).prefix(Prefix::Silent);
    let limit = Duration::from_secs(2);
    let host = Host::new(discovering(&table).lookup_timeout(limit), only_v6);
    for (asked, waited) in [(1, limit), (1, Duration::ZERO)] {
        let began = time::Instant::now();
        host.fail("tcp://example.com:80").await;
        assert_eq!((table.discoveries(), began.elapsed()), (asked, waited));
    }
    time::advance(Duration::from_secs(60)).await;
    host.fail("tcp://example.com:80").await;
    assert_eq!(table.discoveries(), 2);
}

#[tokio::test]
async fn the_name_that_is_asked_for_is_not_one_below_a_search_domain() {
    let table = Table::new(&["192.0.2.1"]).known();
    Host::new(discovering(&table), only_v6).fail("tcp://example.com:80").await;
    assert!(table.asked.lock().unwrap().iter().any(|name| name == "ipv4only.arpa."));
}
