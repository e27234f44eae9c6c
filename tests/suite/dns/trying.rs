use std::{future::pending, time::Duration};

use http::Uri;
use tokio::time::{Instant, advance};
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error, ErrorKind,
    layers::{
        DnsLayer, TimeoutLayer,
        dns::{FixedHosts, Records},
    },
};

use super::{Dialogue, as_answered, dialogue, refused};
use crate::support::mock_resolver::MockResolver;

// DNSC-18, CTR-15
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

#[tokio::test(start_paused = true)]
async fn the_readied_service_makes_every_attempt() {
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
    advance(Duration::from_secs(1)).await;
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
    let layer =
        DnsLayer::new(hosts).attempt_timeout(Duration::from_secs(1)).happy_eyeballs(as_answered());
    let service = ServiceBuilder::new()
        .layer(layer)
        .service(service_fn(|_: Uri| pending::<Result<(), Error>>()));
    let began = Instant::now();
    let error = service.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap_err();
    assert_eq!(began.elapsed().as_millis(), 1250);
    assert!(error.is_timeout());
    let attempts = error.attempts();
    assert_eq!(attempts.len(), 2);
    assert_eq!(
        attempts[0].error().to_string(),
        "connection to tcp://1.2.3.4:80 timed out after 1s (ETIMEDOUT)"
    );
    assert_eq!(attempts[1].started().as_millis(), 250);
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
