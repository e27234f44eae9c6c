use std::error::Error as _;

use http::Uri;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower::{Service as _, ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error, ErrorKind, TcpConnector,
    layers::{
        DnsLayer,
        dns::{DnsResolver, FixedHosts, Nameserver, Records},
    },
};

use super::{Dialogue, as_answered, refused};

// DNSC-08, HE-30, HE-31
#[tokio::test]
async fn what_is_no_uri_fails_at_once() {
    for uri in ["////", "tcp://google.com", "google.com", "tcp://google.com:0", "unix://2f61"] {
        let mut dialogue = Dialogue::new();
        let mut call = dialogue.call(uri);
        let error = assert_ready_err!(call.poll());
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{uri}");
        assert_eq!(error.raw_os_error(), Some(22));
        assert!(dialogue.resolver.asked().is_empty());
        assert!(dialogue.request().is_none());
    }
}

// DNSC-09
#[tokio::test]
async fn a_name_that_cannot_be_resolved_is_not_connected_to() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.invalid:80");
    assert_pending!(call.poll());
    dialogue.resolver.fail(Records::Aaaa, "DNS error");
    dialogue.resolver.fail(Records::A, "DNS error");
    let error = assert_ready_err!(call.poll());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.invalid:80 failed during DNS lookup: DNS error"
    );
    assert!(error.is_resolve());
    assert_eq!(error.source().unwrap().to_string(), "DNS error");
    assert!(dialogue.request().is_none());
}

#[tokio::test]
async fn lookups_that_fail_in_different_ways_are_both_told() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.fail(Records::A, "no answer");
    dialogue.resolver.fail(Records::Aaaa, "refused");
    let error = assert_ready_err!(call.poll());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 failed during DNS lookup: AAAA: refused; A: no answer"
    );
}

// DNSR-04
#[tokio::test]
async fn a_name_without_addresses_is_a_resolve_error() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::A, &[]);
    dialogue.resolver.answer(Records::Aaaa, &[]);
    let error = assert_ready_err!(call.poll());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 failed during DNS lookup: no addresses"
    );
    assert_eq!(error.kind(), ErrorKind::Resolve);
}

#[tokio::test]
async fn one_failed_lookup_does_not_matter() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.fail(Records::Aaaa, "SERVFAIL");
    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    assert_pending!(call.poll());
    dialogue.requested("tcp://1.2.3.4:80/?hostname=example.com").send_response("connected");
    assert_eq!(assert_ready_ok!(call.poll()), "connected");
}

// DNSC-10, HE-32
#[tokio::test]
async fn the_failure_of_an_ip_address_passes_unchanged() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://1.2.3.4:80");
    dialogue.requested("tcp://1.2.3.4:80/").send_error(refused());
    let error = assert_ready_err!(call.poll());
    assert_eq!(error.to_string(), "connection failed: connection refused (ECONNREFUSED)");
    assert_eq!(error.raw_os_error(), Some(111));
    assert!(error.attempts().is_empty());
}

// DNSC-11, DNSC-16
#[tokio::test]
async fn a_failed_address_is_told_beside_the_name() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::Aaaa, &[]);
    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    assert_pending!(call.poll());
    dialogue.requested("tcp://1.2.3.4:80/?hostname=example.com").send_error(refused());
    let error = assert_ready_err!(call.poll());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 failed: \
         connection to tcp://1.2.3.4:80 failed: connection refused (ECONNREFUSED)"
    );
    assert_eq!(error.raw_os_error(), Some(111));
    assert_eq!(error.uri().unwrap(), "tcp://example.com:80/");
    assert_eq!(error.attempts()[0].address(), "1.2.3.4:80".parse().unwrap());
    assert!(error.source().is_some());
}

// DNSC-12, HE-30
#[tokio::test]
async fn a_mistake_found_below_passes_untouched_and_ends_the_call() {
    let below = service_fn(|uri: Uri| async move {
        Err::<(), _>(uri.to_string().parse::<Nameserver>().unwrap_err())
    });
    let hosts = FixedHosts::new().with("example.com", [[1, 2, 3, 4], [1, 2, 3, 5]]);
    let service = ServiceBuilder::new()
        .layer(DnsLayer::new(hosts).happy_eyeballs(as_answered()))
        .service(below);
    let error = service.oneshot(Uri::from_static("up://example.com:80")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("up://1.2.3.4:80/?hostname=example.com"), "{error}");
    assert!(error.attempts().is_empty());
}

// DNSR-10
#[tokio::test]
async fn a_dead_name_server_is_a_resolve_error_of_the_connect() {
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let resolver = DnsResolver::with_servers([closed]).no_hosts_file();
    let connector =
        ServiceBuilder::new().layer(DnsLayer::new(resolver)).service(TcpConnector::new());
    let error = connector.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Resolve);
    assert_eq!(
        error.to_string(),
        format!(
            "connection to tcp://example.com:80 failed during DNS lookup: \
             udp://{closed}: connection refused (ECONNREFUSED)"
        )
    );
}

#[test]
fn a_name_outside_a_runtime_is_an_error_and_no_panic() {
    let mut service = ServiceBuilder::new()
        .layer(DnsLayer::system())
        .service_fn(|_: Uri| async { Ok::<_, Error>(()) });
    let mut call = task::spawn(service.call(Uri::from_static("tcp://example.com:80")));
    let error = assert_ready_err!(call.poll());
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("runtime"), "{error}");
}
