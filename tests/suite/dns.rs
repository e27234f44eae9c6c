use std::{
    future::pending,
    io,
    net::{Ipv4Addr, Ipv6Addr},
    task::Poll,
    time::Duration,
};

use http::Uri;
use tokio::time::{Instant, advance};
use tokio_test::{
    assert_pending, assert_ready, assert_ready_eq, assert_ready_err, assert_ready_ok,
    task::{self, Spawn},
};
use tower::{BoxError, Service as _, ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error, ErrorKind,
    layers::{
        DnsLayer, TimeoutLayer,
        dns::{Answer, Connecting, Dns, FixedHosts, LookupError, Name, Records, resolve_fn},
    },
};
use tower_test::mock::{self, Mock, future::ResponseFuture};

use crate::support::{Drops, mock_resolver::MockResolver};

type Inner = Mock<Uri, &'static str>;
type Call = Spawn<Connecting<Inner, ResponseFuture<&'static str>>>;

/// A layer over a mock, called once.
struct Dialogue {
    resolver: MockResolver,
    service: mock::Spawn<Dns<Inner>>,
    handle: mock::Handle<Uri, &'static str>,
}

fn dialogue(layer: impl FnOnce(DnsLayer) -> DnsLayer) -> Dialogue {
    let resolver = MockResolver::default();
    let (service, handle) = mock::spawn_layer(layer(DnsLayer::new(resolver.clone())));
    Dialogue { resolver, service, handle }
}

impl Dialogue {
    fn new() -> Self {
        dialogue(|layer| layer)
    }

    fn call(&mut self, uri: &str) -> Call {
        assert_ready_ok!(self.service.poll_ready());
        task::spawn(self.service.call(uri.parse().unwrap()))
    }

    /// What the service below is asked for now, if anything.
    fn request(&mut self) -> Option<(String, mock::SendResponse<&'static str>)> {
        match self.handle.poll_request() {
            Poll::Ready(Some((uri, response))) => Some((uri.to_string(), response)),
            _ => None,
        }
    }

    fn requested(&mut self, uri: &str) -> mock::SendResponse<&'static str> {
        let (requested, response) = self.request().expect("the service below is called");
        assert_eq!(requested, uri);
        response
    }
}

fn refused() -> io::Error {
    io::Error::from_raw_os_error(111)
}

// DNSC-01
#[tokio::test]
async fn an_ip_address_passes_with_no_lookup() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("127.0.0.1:80");
    let response = dialogue.requested("127.0.0.1:80");
    response.send_response("connected");
    assert_eq!(assert_ready_ok!(call.poll()), "connected");
    assert!(dialogue.resolver.asked().is_empty());
}

// DNSC-02, CTR-10, CTR-11
#[tokio::test]
async fn a_name_is_looked_up_once_and_handed_down_as_an_address() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://google.com:80");
    assert_pending!(call.poll());
    let asked = [("google.com".into(), Records::Aaaa), ("google.com".into(), Records::A)];
    assert_eq!(dialogue.resolver.asked(), asked);
    assert!(dialogue.request().is_none());

    dialogue.resolver.answer(Records::Aaaa, &[]);
    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    assert_pending!(call.poll());
    dialogue.requested("tcp://1.2.3.4:80/?hostname=google.com").send_response("connected");
    assert_eq!(assert_ready_ok!(call.poll()), "connected");
    assert_eq!(dialogue.resolver.asked().len(), 2);
}

async fn first_request(uri: &str, records: Records, address: &str) -> String {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call(uri);
    assert_pending!(call.poll());
    dialogue.resolver.answer(records, &[address]);
    if records == Records::A {
        dialogue.resolver.answer(Records::Aaaa, &[]);
    }
    assert_pending!(call.poll());
    dialogue.request().expect("the service below is called").0
}

// DNSC-03
#[tokio::test]
async fn an_ipv6_address_stands_in_brackets() {
    let request = first_request("tcp://google.com:80", Records::Aaaa, "::1").await;
    assert_eq!(request, "tcp://[::1]:80/?hostname=google.com");
}

// DNSC-04
#[tokio::test]
async fn a_complete_uri_with_an_ip_address_passes_as_it_is() {
    let mut dialogue = Dialogue::new();
    let _call = dialogue.call("scheme://127.0.0.1:80/path?query");
    dialogue.requested("scheme://127.0.0.1:80/path?query");
    assert!(dialogue.resolver.asked().is_empty());
}

// DNSC-05
#[tokio::test]
async fn a_complete_uri_keeps_scheme_port_path_and_query() {
    let uri = "scheme://google.com:80/path?query#fragment";
    let request = first_request(uri, Records::A, "1.2.3.4").await;
    assert_eq!(request, "scheme://1.2.3.4:80/path?query&hostname=google.com");
}

// DNSC-06
#[tokio::test]
async fn a_given_hostname_is_never_replaced() {
    let uri = "scheme://google.com:80/?hostname=google.de";
    let request = first_request(uri, Records::A, "1.2.3.4").await;
    assert_eq!(request, "scheme://1.2.3.4:80/?hostname=google.de");
    let request = first_request("tcp://google.com:80/?hostname=", Records::A, "1.2.3.4").await;
    assert_eq!(request, "tcp://1.2.3.4:80/?hostname=");
}

// DNSC-07
#[tokio::test]
async fn the_hostname_keeps_its_case_and_its_dot_and_loses_userinfo() {
    let request = first_request("tcp://me@Google.COM.:80", Records::A, "1.2.3.4").await;
    assert_eq!(request, "tcp://1.2.3.4:80/?hostname=Google.COM.");
}

// DNSC-08
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
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "DNS error");
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

// DNSC-10
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

// DNSC-11
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
    assert!(std::error::Error::source(&error).is_some());
}

// DNSC-12
#[tokio::test]
async fn a_mistake_found_below_passes_untouched_and_ends_the_call() {
    let below = service_fn(|uri: Uri| async move {
        Err::<(), _>(uri.to_string().parse::<tower_socket::layers::dns::Nameserver>().unwrap_err())
    });
    let hosts = FixedHosts::new().with("example.com", [[1, 2, 3, 4], [1, 2, 3, 5]]);
    let service = ServiceBuilder::new().layer(DnsLayer::new(hosts)).service(below);
    let error = service.oneshot(Uri::from_static("up://example.com:80")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("up://1.2.3.4:80/?hostname=example.com"), "{error}");
    assert!(error.attempts().is_empty());
}

// DNSC-13
#[tokio::test]
async fn dropping_the_call_during_the_lookups_drops_both() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    assert_eq!(dialogue.resolver.ended(), 0);
    drop(call);
    assert_eq!(dialogue.resolver.ended(), 2);
    assert!(dialogue.request().is_none());
}

// DNSC-14, DNSC-15, DNSC-16
#[tokio::test]
async fn dropping_the_call_while_connecting_drops_the_attempt() {
    let hosts = FixedHosts::new().with("example.com", [[1, 2, 3, 4]]);
    for uri in ["tcp://1.2.3.4:80", "tcp://example.com:80"] {
        let drops = Drops::default();
        let mut service =
            ServiceBuilder::new().layer(DnsLayer::new(hosts.clone())).service_fn(|_: Uri| {
                let counted = drops.counted();
                async move {
                    let _counted = counted;
                    pending::<Result<(), Error>>().await
                }
            });
        let mut call = task::spawn(service.call(uri.parse().unwrap()));
        assert_pending!(call.poll());
        assert_eq!(drops.count(), 0);
        drop(call);
        assert_eq!(drops.count(), 1, "{uri}");
    }
}

// DNSC-17
#[tokio::test]
async fn a_call_that_ended_keeps_nothing() {
    for connected in [false, true] {
        let mut dialogue = Dialogue::new();
        let mut call = dialogue.call("tcp://example.com:80");
        assert_pending!(call.poll());
        dialogue.resolver.answer(Records::Aaaa, &["::1"]);
        assert_pending!(call.poll());
        let response = dialogue.requested("tcp://[::1]:80/?hostname=example.com");
        match connected {
            true => response.send_response("connected"),
            false => {
                response.send_error(refused());
                dialogue.resolver.fail(Records::A, "DNS error");
            }
        }
        assert_eq!(assert_ready!(call.poll()).is_ok(), connected);
        drop(call);
        assert_eq!(dialogue.resolver.ended(), 2);
    }
}

// DNSC-18
#[tokio::test]
async fn single_tries_one_ipv4_address_and_no_other() {
    let mut dialogue = dialogue(DnsLayer::single);
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    assert_eq!(dialogue.resolver.asked(), [("example.com".into(), Records::A)]);
    dialogue.resolver.answer(Records::A, &["1.2.3.4", "1.2.3.5"]);
    assert_pending!(call.poll());
    let (uri, response) = dialogue.request().unwrap();
    assert!(["tcp://1.2.3.4:80", "tcp://1.2.3.5:80"].iter().any(|one| uri.starts_with(one)));
    response.send_error(refused());
    assert_eq!(assert_ready_err!(call.poll()).attempts().len(), 1);
    assert!(dialogue.request().is_none());
}

#[tokio::test]
async fn the_next_address_follows_a_failed_one() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::Aaaa, &["::1", "::2"]);
    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    for address in ["[::1]", "1.2.3.4"] {
        assert_pending!(call.poll());
        let uri = format!("tcp://{address}:80/?hostname=example.com");
        dialogue.requested(&uri).send_error(refused());
    }
    assert_pending!(call.poll());
    dialogue.requested("tcp://[::2]:80/?hostname=example.com").send_response("connected");
    assert_ready_eq!(call.poll().map(Result::unwrap), "connected");
}

#[tokio::test(start_paused = true)]
async fn ipv4_waits_50_ms_for_the_answer_about_ipv6() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    assert_pending!(call.poll());
    advance(Duration::from_millis(49)).await;
    assert_pending!(call.poll());
    assert!(dialogue.request().is_none());
    advance(Duration::from_millis(2)).await;
    assert!(call.is_woken());
    assert_pending!(call.poll());
    dialogue.requested("tcp://1.2.3.4:80/?hostname=example.com").send_error(refused());
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::Aaaa, &["::1"]);
    assert_pending!(call.poll());
    dialogue.requested("tcp://[::1]:80/?hostname=example.com").send_response("connected");
    assert_ready_ok!(call.poll());
}

#[tokio::test]
async fn the_readied_service_makes_the_first_attempt() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    dialogue.handle.allow(0);
    assert_pending!(dialogue.service.poll_ready());
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::Aaaa, &["::1"]);
    assert_pending!(call.poll());
    dialogue.requested("tcp://[::1]:80/?hostname=example.com").send_error(refused());

    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    assert_pending!(call.poll());
    assert!(dialogue.request().is_none());
    dialogue.handle.allow(1);
    assert_pending!(call.poll());
    dialogue.requested("tcp://1.2.3.4:80/?hostname=example.com").send_response("connected");
    assert_ready_ok!(call.poll());
}

#[tokio::test(start_paused = true)]
async fn the_lookup_timeout_ends_lookups_that_hang() {
    let limit = Duration::from_secs(2);
    let mut dialogue = dialogue(|layer| layer.lookup_timeout(limit));
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    dialogue.resolver.answer(Records::Aaaa, &[]);
    advance(limit + Duration::from_millis(1)).await;
    let error = assert_ready_err!(call.poll());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 timed out during DNS lookup after 2s (ETIMEDOUT)"
    );
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(dialogue.resolver.ended(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_attempt_timeout_is_that_of_each_address() {
    let hosts = FixedHosts::new().with("example.com", [[1, 2, 3, 4], [1, 2, 3, 5]]);
    let layer = DnsLayer::new(hosts).attempt_timeout(Duration::from_secs(1));
    let service = ServiceBuilder::new()
        .layer(layer)
        .service(service_fn(|_: Uri| pending::<Result<(), Error>>()));
    let began = Instant::now();
    let error = service.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 2);
    assert!(error.is_timeout());
    let attempts = error.attempts();
    assert_eq!(attempts.len(), 2);
    assert_eq!(
        attempts[0].error().to_string(),
        "connection to tcp://1.2.3.4:80 timed out after 1s (ETIMEDOUT)"
    );
    assert_eq!(attempts[1].started().as_secs(), 1);
}

// INT-05
#[tokio::test(start_paused = true)]
async fn a_timeout_of_a_millisecond_fails_a_call_by_name() {
    let resolver = MockResolver::default();
    let service = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_millis(1)))
        .layer(DnsLayer::new(resolver.clone()))
        .service_fn(|_: Uri| async { Ok::<_, Error>(()) });
    let error = service.oneshot(Uri::from_static("tcp://google.com:80")).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(resolver.ended(), 2);
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

fn echo() -> impl tower::Service<Uri, Response = Uri, Error = BoxError, Future: Send> + Clone {
    service_fn(|uri: Uri| async move { Ok::<_, BoxError>(uri) })
}

#[tokio::test]
async fn a_closure_can_resolve() {
    let layer = DnsLayer::new(resolve_fn(|name: Name| async move {
        assert_eq!(name.as_str(), "example.com");
        Ok::<Answer, LookupError>([Ipv4Addr::new(1, 2, 3, 4)].into_iter().collect())
    }));
    let service = ServiceBuilder::new().layer(layer).service(echo());
    let uri = service.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap();
    assert_eq!(uri, "tcp://1.2.3.4:80/?hostname=example.com");
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn a_resolver_made_for_hyper_can_resolve() {
    use hyper_util::client::legacy::connect::dns::Name as HyperName;
    use tower_socket::layers::dns::HyperResolver;

    let resolver = service_fn(|name: HyperName| async move {
        assert_eq!(name.as_str(), "example.com");
        Ok::<_, io::Error>(["1.2.3.4:0".parse().unwrap()].into_iter())
    });
    let layer = DnsLayer::new(HyperResolver::new(resolver));
    let service = ServiceBuilder::new().layer(layer).service(echo());
    let uri = service.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap();
    assert_eq!(uri, "tcp://1.2.3.4:80/?hostname=example.com");
}

#[tokio::test]
async fn fixed_hosts_know_their_names_only() {
    let hosts = FixedHosts::new().with("Example.com", [Ipv6Addr::LOCALHOST]);
    let service = ServiceBuilder::new().layer(DnsLayer::new(hosts)).service(echo());
    let uri = service.clone().oneshot(Uri::from_static("tcp://example.COM.:80")).await.unwrap();
    assert_eq!(uri, "tcp://[::1]:80/?hostname=example.COM.");
    let error = service.oneshot(Uri::from_static("tcp://example.org:80")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.org:80 failed during DNS lookup: \
         example.org is not one of the fixed hosts"
    );
}
