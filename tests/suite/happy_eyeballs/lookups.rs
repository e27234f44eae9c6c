//! What the answers do to the race.

use std::time::Duration;

use tokio::time::advance;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok};
use tower_socket::layers::dns::Records;

use super::scene::{A, AAAA, Scene};

// HE-03
#[tokio::test(start_paused = true)]
async fn both_lookups_start_at_once_and_aaaa_is_first() {
    let scene = Scene::new().v6(1000, &[]).v4(1000, &[]);
    let mut call = scene.call();
    assert_pending!(call.poll());
    assert_eq!(scene.asked(), [Records::Aaaa, Records::A]);
}

// HE-04, HE-05
#[tokio::test(start_paused = true)]
async fn ipv4_waits_50_ms_for_the_answer_about_ipv6() {
    let scene = Scene::new().v6(1000, &AAAA[..1]).v4(0, &A[..1]).silent(A[0]);
    let mut call = scene.call();
    assert_pending!(call.poll());
    advance(Duration::from_millis(49)).await;
    assert!(!call.is_woken());
    assert!(scene.started().is_empty());
    advance(Duration::from_millis(1)).await;
    assert!(call.is_woken());
    assert_pending!(call.poll());
    assert_eq!(scene.started(), [A[0]]);
}

// HE-06
#[tokio::test(start_paused = true)]
async fn ipv6_that_answers_in_time_is_first() {
    let scene = Scene::new().v6(49, &AAAA[..1]).v4(0, &A[..1]);
    let outcome = scene.silent(AAAA[0]).connects(A[0], 0).run().await;
    outcome.assert_starts(&[(AAAA[0], 49), (A[0], 299)]);
}

// HE-07
#[tokio::test(start_paused = true)]
async fn ipv6_does_not_wait_for_the_answer_about_ipv4() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(20, &A[..1]);
    let outcome = scene.silent(AAAA[0]).connects(A[0], 0).run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 250)]);
}

// HE-11
#[tokio::test(start_paused = true)]
async fn an_answer_after_the_attempt_delay_is_tried_at_once() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(400, &A[..1]);
    let outcome = scene.silent(AAAA[0]).connects(A[0], 0).run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 400)]);
}

// HE-11, HE-12
#[tokio::test(start_paused = true)]
async fn a_single_attempt_has_no_timer_whatever_the_other_lookup_does() {
    let scene = Scene::new().v6(0, &AAAA[..1]).lookup_fails(Records::A, 100, "SERVFAIL");
    let scene = scene.connects(AAAA[0], 60_000);
    let mut call = scene.call();
    assert_pending!(call.poll());
    advance(Duration::from_millis(100)).await;
    assert!(call.is_woken());
    assert_pending!(call.poll());
    advance(Duration::from_millis(59_000)).await;
    assert!(!call.is_woken());
    advance(Duration::from_millis(900)).await;
    assert_ready_ok!(call.poll());
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_both_at_once_is_not_waited_for() {
    let scene = Scene::new().both(30, &[A[0], AAAA[0]]).silent(AAAA[0]).connects(A[0], 0);
    let outcome = scene.run().await;
    outcome.assert_starts(&[(AAAA[0], 30), (A[0], 280)]);
}

// HE-19
#[tokio::test(start_paused = true)]
async fn a_connection_ends_the_lookups() {
    let scene = Scene::new().v6(0, &AAAA[..1]).never_answers(Records::A).connects(AAAA[0], 0);
    scene.run().await.assert_won(AAAA[0], 0);
}

// HE-29
#[tokio::test(start_paused = true)]
async fn an_error_waits_for_both_lookups_until_their_deadline() {
    let scene = Scene::new().v4(0, &A[..1]).never_answers(Records::Aaaa);
    let mut call = scene.call();
    assert_pending!(call.poll());
    advance(Duration::from_secs(3600)).await;
    assert_pending!(call.poll());
    assert_eq!(scene.started(), [A[0]]);
    drop(call);

    let scene = Scene::new().v4(0, &A[..1]).never_answers(Records::Aaaa);
    let limit = Duration::from_secs(2);
    let outcome = scene.run_with(|layer| layer.lookup_timeout(limit)).await;
    assert_eq!(outcome.ended, 2000);
    assert_eq!(
        outcome.error().to_string(),
        "connection to tcp://example.com:80 failed: \
         connection to tcp://192.0.2.1:80 failed: connection refused (ECONNREFUSED); \
         DNS lookup timed out after 2s"
    );
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_lookups_leaves_attempts_alone() {
    let scene = Scene::new().v6(0, &AAAA[..1]).never_answers(Records::A).connects(AAAA[0], 3000);
    let limit = Duration::from_secs(2);
    scene.run_with(|layer| layer.lookup_timeout(limit)).await.assert_won(AAAA[0], 3000);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_last_ends_the_call() {
    let scene = Scene::new().v6(0, &AAAA[..1]).lookup_fails(Records::A, 100, "SERVFAIL");
    let mut call = scene.call();
    assert_pending!(call.poll());
    advance(Duration::from_millis(100)).await;
    let error = assert_ready_err!(call.poll());
    assert_eq!(error.attempts().len(), 1);
}
