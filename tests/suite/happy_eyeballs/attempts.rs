//! Attempts beside and after each other.

use std::time::Duration;

use tokio::time::advance;
use tokio_test::assert_pending;
use tower_socket::layers::dns::Records;

use super::scene::{A, AAAA, Scene};

// HE-09
#[tokio::test(start_paused = true)]
async fn attempts_go_on_beside_later_ones() {
    let scene = Scene::new().v6(0, &AAAA[..3]).never_answers(Records::A);
    let scene = scene.connects(AAAA[0], 700).silent(AAAA[1]).silent(AAAA[2]);
    let outcome = scene.run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (AAAA[1], 250), (AAAA[2], 500)]);
    outcome.assert_won(AAAA[0], 700);
}

// HE-10
#[tokio::test(start_paused = true)]
async fn the_last_attempt_has_no_timer() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]).silent(AAAA[0]).silent(A[0]);
    let mut call = scene.call();
    assert_pending!(call.poll());
    advance(Duration::from_millis(250)).await;
    assert!(call.is_woken());
    assert_pending!(call.poll());
    assert_eq!(scene.started(), [AAAA[0], A[0]]);
    advance(Duration::from_secs(3600)).await;
    assert!(!call.is_woken());
}

// HE-13
#[tokio::test(start_paused = true)]
async fn a_failed_attempt_starts_the_next_at_once() {
    let scene = Scene::new().v6(0, &AAAA[..2]).v4(0, &A[..1]);
    let scene = scene.fails(AAAA[0], 100).fails(A[0], 30).connects(AAAA[1], 0);
    let outcome = scene.run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 100), (AAAA[1], 130)]);

    let scene = Scene::new().v6(0, &AAAA[..2]).never_answers(Records::A);
    let outcome = scene.fails(AAAA[0], 100).connects(AAAA[1], 0).run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (AAAA[1], 100)]);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_attempt_that_fails_starts_the_next_too() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..2]);
    let scene = scene.fails(AAAA[0], 300).silent(A[0]).connects(A[1], 0);
    let outcome = scene.run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 250), (A[1], 300)]);
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_the_next_start_has_the_whole_delay_again() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..2]);
    let scene = scene.fails(AAAA[0], 100).silent(A[0]).connects(A[1], 0);
    let outcome = scene.run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 100), (A[1], 350)]);
}

// HE-19
#[tokio::test(start_paused = true)]
async fn the_first_connection_closes_all_others_and_the_rest_is_never_tried() {
    let scene = Scene::new().v6(0, &AAAA[..3]).v4(0, &A[..3]);
    let scene = scene.silent(AAAA[0]).connects(A[0], 200).silent(AAAA[1]);
    let outcome = scene.run().await;
    outcome.assert_won(A[0], 450);
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 250)]);
}

#[tokio::test(start_paused = true)]
async fn of_two_connections_at_once_the_earlier_attempt_wins_and_the_other_is_closed() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]);
    let outcome = scene.connects(AAAA[0], 500).connects(A[0], 250).run().await;
    outcome.assert_won(AAAA[0], 500);
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 250)]);
}

// HE-21
#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_at_once_leaves_nothing_behind() {
    let outcome = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]).run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 10)]);
    assert_eq!(outcome.ended, 10);
    assert_eq!(outcome.error().attempts().len(), 2);
}

// HE-16
#[tokio::test(start_paused = true)]
async fn an_address_answered_twice_is_tried_once() {
    let outcome = Scene::new().v6(0, &[]).v4(0, &[A[0], A[0]]).run().await;
    outcome.assert_starts(&[(A[0], 0)]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_an_attempt_starts_the_next_at_once() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]).silent(AAAA[0]).connects(A[0], 0);
    let limit = Duration::from_millis(100);
    let outcome = scene.run_with(|layer| layer.attempt_timeout(limit)).await;
    outcome.assert_starts(&[(AAAA[0], 0), (A[0], 100)]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_addresses_are_no_burden() {
    let many: Vec<String> = (0..1000_u32).map(|n| format!("2001:db8::{n:x}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let outcome = Scene::new().v6(0, &many).connects(many[999], 0).run().await;
    outcome.assert_won(many[999], 9990);
}
