//! Which deadline passed, after how long, and what had happened until then.

use std::{
    future::{pending, ready},
    io,
    net::SocketAddr,
    time::Duration,
};

use http::Uri;
use tokio::io::duplex;
use tower::{Service, ServiceBuilder, service_fn};
use tower_socket::{
    Address, BoxError, Connection, ConnectionInfo, Connector, Error, ErrorKind,
    connector::ConnectorBuilder,
    layers::{
        DnsLayer, TimeoutLayer, TlsLayer,
        dns::{AddressOrder, Answer, FixedHosts, HappyEyeballs, Lookup, Name, Records, Resolve},
    },
};

use super::failure;

const SECOND: Duration = Duration::from_secs(1);

/// The lookup of A records never ends, the other one does.
struct HalfSilent(Result<&'static str, &'static str>);

impl Resolve for HalfSilent {
    fn lookup(&self, _: &Name, records: Records) -> Lookup {
        let aaaa = self.0.map_err(BoxError::from);
        let aaaa = aaaa.map(|address| address.parse::<SocketAddr>().into_iter());
        match records {
            Records::Aaaa => Box::pin(ready(aaaa.map(|found| Answer::new(found.collect())))),
            _ => Box::pin(pending()),
        }
    }
}

struct Silent;

impl Resolve for Silent {
    fn lookup(&self, _: &Name, _: Records) -> Lookup {
        Box::pin(pending())
    }
}

/// Where nobody answers, not even with a refusal.
fn black_hole()
-> impl Service<Uri, Response = Connection, Error = Error, Future: Send> + Clone + Send + Sync {
    service_fn(|_: Uri| pending())
}

/// A connection to somebody who says nothing.
async fn silence(_: Uri) -> Result<Connection, Error> {
    let (near, far) = duplex(64 * 1024);
    let peer = SocketAddr::from(([192, 0, 2, 1], 443));
    let mut connection = Connection::new(near, ConnectionInfo::new(Some(Address::Tcp(peer))));
    connection.hold(far);
    Ok(connection)
}

/// IPv6 refuses, IPv4 says nothing.
async fn half_dead(uri: Uri) -> Result<Connection, BoxError> {
    match uri.host() {
        Some("[2001:db8::1]") => Err(io::Error::from_raw_os_error(111).into()),
        _ => Ok(silence(uri).await?),
    }
}

fn dns(addresses: &[&str]) -> DnsLayer {
    let addresses = addresses.iter().map(|address| address.parse::<std::net::IpAddr>().unwrap());
    let race = HappyEyeballs::new().order(AddressOrder::Answered);
    DnsLayer::new(FixedHosts::new().with("example.com", addresses)).happy_eyeballs(race)
}

fn within(seconds: u32) -> ConnectorBuilder {
    Connector::builder().timeout(SECOND * seconds)
}

async fn said(connector: ConnectorBuilder, uri: &str) -> String {
    let error = failure(&connector.build(), uri).await;
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::Timeout, Some(110)));
    error.to_string()
}

#[tokio::test(start_paused = true)]
async fn that_of_the_lookups() {
    let dns = DnsLayer::new(Silent).lookup_timeout(SECOND * 2);
    assert_eq!(
        said(Connector::builder().dns(dns), "example.com:80").await,
        "connection to tcp://example.com:80 timed out during DNS lookup after 2s (ETIMEDOUT)"
    );
}

#[tokio::test(start_paused = true)]
async fn that_of_the_lookups_after_one_has_failed() {
    let dns = DnsLayer::new(HalfSilent(Err("SERVFAIL"))).lookup_timeout(SECOND * 2);
    assert_eq!(
        said(Connector::builder().dns(dns), "example.com:80").await,
        "connection to tcp://example.com:80 timed out during DNS lookup after 2s (ETIMEDOUT): \
         AAAA lookup failed: SERVFAIL"
    );
}

#[tokio::test(start_paused = true)]
async fn that_of_each_attempt() {
    let dns = dns(&["192.0.2.1", "192.0.2.2"]).attempt_timeout(SECOND * 3);
    let connector = Connector::builder().dns(dns).tcp_service(black_hole());
    assert_eq!(
        said(connector, "example.com:80").await,
        "connection to tcp://example.com:80 failed: \
         connection to tcp://192.0.2.1:80 timed out after 3s (ETIMEDOUT); \
         connection to tcp://192.0.2.2:80 timed out after 3s (ETIMEDOUT)"
    );
}

#[tokio::test(start_paused = true)]
async fn that_of_each_attempt_covers_tcp_and_tls() {
    let dns = || dns(&["192.0.2.1"]).attempt_timeout(SECOND * 3);
    let connector = Connector::builder().dns(dns()).tcp_service(black_hole());
    assert_eq!(
        said(connector, "tls://example.com:443").await,
        "connection to tls://example.com:443 failed: \
         connection to tls://192.0.2.1:443 timed out after 3s (ETIMEDOUT) \
         before the TLS handshake"
    );
    let connector = Connector::builder().dns(dns()).tcp_service(service_fn(silence));
    assert_eq!(
        said(connector, "tls://example.com:443").await,
        "connection to tls://example.com:443 failed: \
         connection to tls://192.0.2.1:443 timed out after 3s (ETIMEDOUT) during TLS handshake"
    );
}

#[tokio::test(start_paused = true)]
async fn that_of_the_handshake() {
    let tls = || TlsLayer::default().handshake_timeout(SECOND * 4);
    let connector = || Connector::builder().tls(tls()).tcp_service(service_fn(silence));
    assert_eq!(
        said(connector(), "tls://192.0.2.1:443").await,
        "connection to tls://192.0.2.1:443 timed out during TLS handshake after 4s (ETIMEDOUT)"
    );
    assert_eq!(
        said(connector().dns(dns(&["192.0.2.1"])), "tls://example.com:443").await,
        "connection to tls://example.com:443 failed: \
         connection to tls://192.0.2.1:443 timed out during TLS handshake after 4s (ETIMEDOUT)"
    );
}

#[tokio::test(start_paused = true)]
async fn the_one_over_everything_during_the_lookups() {
    assert_eq!(
        said(within(60).dns(Silent), "tls://example.com:443").await,
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT) during DNS lookup"
    );
    assert_eq!(
        said(within(60).dns(HalfSilent(Err("SERVFAIL"))), "tls://example.com:443").await,
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT) \
         during DNS lookup (A): AAAA lookup failed: SERVFAIL"
    );
}

#[tokio::test(start_paused = true)]
async fn the_one_over_everything_while_connecting() {
    assert_eq!(
        said(within(60).tcp_service(black_hole()), "tcp://192.0.2.1:80").await,
        "connection to tcp://192.0.2.1:80 timed out after 60s (ETIMEDOUT)"
    );
    assert_eq!(
        said(within(60).tcp_service(black_hole()), "tls://192.0.2.1:443").await,
        "connection to tls://192.0.2.1:443 timed out after 60s (ETIMEDOUT) \
         before the TLS handshake"
    );
}

#[tokio::test(start_paused = true)]
async fn the_one_over_everything_during_the_handshake() {
    assert_eq!(
        said(within(60).tcp_service(service_fn(silence)), "tls://192.0.2.1:443").await,
        "connection to tls://192.0.2.1:443 timed out after 60s (ETIMEDOUT) during TLS handshake"
    );
}

#[tokio::test(start_paused = true)]
async fn the_one_over_everything_during_a_race() {
    let connector = within(5).dns(dns(&["2001:db8::1", "192.0.2.1"]));
    let connector = connector.tcp_service(service_fn(half_dead)).build();
    let error = failure(&connector, "tls://example.com:443").await;
    assert_eq!(
        error.to_string(),
        "connection to tls://example.com:443 timed out after 5s (ETIMEDOUT): \
         connection to tls://[2001:db8::1]:443 failed: connection refused (ECONNREFUSED); \
         connection to tls://192.0.2.1:443 was given up after 4.99s during TLS handshake"
    );
    assert_eq!(error.elapsed(), Some(SECOND * 5));
    let [refused, given_up] = error.attempts() else { panic!("{error}") };
    assert_eq!(refused.error().raw_os_error(), Some(111));
    assert!(given_up.error().is_timeout());
    assert_eq!(given_up.started(), Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn the_one_over_everything_between_an_attempt_and_a_lookup() {
    let connector = within(5).dns(HalfSilent(Ok("[2001:db8::1]:0")));
    assert_eq!(
        said(connector.tcp_service(service_fn(half_dead)), "example.com:80").await,
        "connection to tcp://example.com:80 timed out after 5s (ETIMEDOUT) \
         during DNS lookup (A): \
         connection to tcp://[2001:db8::1]:80 failed: connection refused (ECONNREFUSED)"
    );
}

fn tls_over_dns(
    dns: DnsLayer,
    tcp: impl Service<Uri, Response = Connection, Error = Error, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static,
) -> Connector {
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(SECOND * 60))
        .layer(TlsLayer::default())
        .layer(dns);
    Connector::from_service(stack.service(tcp))
}

#[tokio::test(start_paused = true)]
async fn with_tls_over_dns_the_handshake_says_with_whom() {
    let connector = tls_over_dns(dns(&["192.0.2.1"]), service_fn(silence));
    assert_eq!(
        failure(&connector, "tls://example.com:443").await.to_string(),
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT) \
         during TLS handshake with tcp://192.0.2.1:443"
    );
}

#[tokio::test(start_paused = true)]
async fn with_tls_over_dns_what_is_further_in_knows_better() {
    let connector = tls_over_dns(DnsLayer::new(Silent), black_hole());
    assert_eq!(
        failure(&connector, "tls://example.com:443").await.to_string(),
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT) during DNS lookup"
    );
    let connector = tls_over_dns(dns(&["192.0.2.1"]), black_hole());
    assert_eq!(
        failure(&connector, "tls://example.com:443").await.to_string(),
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT): \
         connection to tcp://192.0.2.1:443 was given up after 60s"
    );
}
