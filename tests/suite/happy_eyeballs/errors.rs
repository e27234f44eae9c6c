//! What is said when nothing worked.

use std::time::Duration;

use tower_socket::{ErrorKind, layers::dns::Records};

use super::scene::{A, AAAA, Scene};

// HE-23
#[tokio::test(start_paused = true)]
async fn lookups_that_fail_alike_are_told_once() {
    let scene = Scene::new().lookup_fails(Records::Aaaa, 5, "DNS lookup error");
    let outcome = scene.lookup_fails(Records::A, 9, "DNS lookup error").run().await;
    assert_eq!(outcome.ended, 9);
    assert_eq!(outcome.error().kind(), ErrorKind::Resolve);
    assert_eq!(
        outcome.error().to_string(),
        "connection to tcp://example.com:80 failed during DNS lookup: DNS lookup error"
    );
    outcome.assert_starts(&[]);
}

// HE-24
#[tokio::test(start_paused = true)]
async fn lookups_that_fail_in_different_ways_are_both_told() {
    let scene = Scene::new().lookup_fails(Records::Aaaa, 5, "DNS6 error");
    let outcome = scene.lookup_fails(Records::A, 2, "DNS4 error").run().await;
    assert_eq!(
        outcome.error().to_string(),
        "connection to tcp://example.com:80 failed during DNS lookup: \
         AAAA: DNS6 error; A: DNS4 error"
    );
}

// HE-25
#[tokio::test(start_paused = true)]
async fn a_failed_lookup_is_told_beside_the_attempt() {
    let scene = Scene::new().v6(0, &AAAA[..1]).lookup_fails(Records::A, 0, "DNS failed");
    let outcome = scene.fails(AAAA[0], 30).run().await;
    assert_eq!(outcome.ended, 30);
    assert_eq!(
        outcome.error().to_string(),
        "connection to tcp://example.com:80 failed: \
         connection to tcp://[2001:db8::1]:80 failed: connection refused (ECONNREFUSED); \
         A lookup failed: DNS failed"
    );
    assert_eq!(outcome.error().raw_os_error(), Some(111));
}

// HE-26
#[tokio::test(start_paused = true)]
async fn ipv4_fails_with_its_only_attempt() {
    let scene = Scene::new().v4(0, &A[..1]).lookup_fails(Records::Aaaa, 0, "DNS failed");
    let outcome = scene.fails(A[0], 30).run().await;
    assert_eq!(outcome.ended, 30);
    assert_eq!(
        outcome.error().to_string(),
        "connection to tcp://example.com:80 failed: \
         connection to tcp://192.0.2.1:80 failed: connection refused (ECONNREFUSED); \
         AAAA lookup failed: DNS failed"
    );
}

// HE-27, HE-28
#[tokio::test(start_paused = true)]
async fn every_attempt_is_told_in_the_order_of_the_starts() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]);
    let outcome = scene.fails(AAAA[0], 400).fails(A[0], 0).run().await;
    let error = outcome.error();
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 failed: \
         connection to tcp://[2001:db8::1]:80 failed: connection refused (ECONNREFUSED); \
         connection to tcp://192.0.2.1:80 failed: connection refused (ECONNREFUSED)"
    );
    let times = error.attempts().iter().map(|a| (a.started(), a.elapsed()));
    let times: Vec<_> = times.map(|(at, took)| (at.as_millis(), took.as_millis())).collect();
    assert_eq!(times, [(0, 400), (250, 0)]);
    assert_eq!(error.elapsed().unwrap().as_millis(), 400);
    assert_eq!(error.raw_os_error(), Some(111));
    assert!(std::error::Error::source(error).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_over_everything_tells_what_was_tried_until_then() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]).fails(AAAA[0], 100).silent(A[0]);
    let error = scene.run_for(Duration::from_secs(3)).await;
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 timed out after 3s (ETIMEDOUT): \
         connection to tcp://[2001:db8::1]:80 failed: connection refused (ECONNREFUSED); \
         connection to tcp://192.0.2.1:80 was given up after 2.9s"
    );
    let started = error.attempts().iter().map(|a| a.started().as_millis());
    assert_eq!(started.collect::<Vec<_>>(), [0, 100]);
    assert!(error.is_timeout());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_a_timeout_even_where_every_attempt_was_refused() {
    let scene = Scene::new().v6(0, &AAAA[..1]).never_answers(Records::A);
    let error = scene.run_for(Duration::from_secs(3)).await;
    assert_eq!(error.attempts().len(), 1);
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::Timeout, Some(110)));
    assert!(std::error::Error::source(&error).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_during_the_lookups_has_no_attempts() {
    let scene = Scene::new().never_answers(Records::Aaaa).never_answers(Records::A);
    let error = scene.run_for(Duration::from_secs(3)).await;
    assert!(error.attempts().is_empty());
    assert_eq!(error.elapsed(), Some(Duration::from_secs(3)));
}
