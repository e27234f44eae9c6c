//! Dropping the call in every phase.

use std::time::Duration;

use tokio::time::advance;
use tokio_test::assert_pending;
use tower_socket::layers::dns::Records;

use super::scene::{A, AAAA, Scene};

/// Drops the call after so many milliseconds: everything has ended then, and
/// nothing starts after it.
async fn drop_after(scene: &Scene, after: u64) -> Vec<String> {
    let mut call = scene.call();
    assert_pending!(call.poll());
    for _ in 0..after {
        advance(Duration::from_millis(1)).await;
        if call.is_woken() {
            assert_pending!(call.poll());
        }
    }
    drop(call);
    scene.assert_nothing_runs();
    let started = scene.started();
    advance(Duration::from_secs(10)).await;
    assert_eq!(scene.started(), started);
    assert_eq!(scene.asked().len(), 2);
    started
}

// HE-33
#[tokio::test(start_paused = true)]
async fn during_the_lookups() {
    let scene = Scene::new().v6(100, &AAAA[..1]).v4(100, &A[..1]);
    assert!(drop_after(&scene, 1).await.is_empty());
}

// HE-34
#[tokio::test(start_paused = true)]
async fn during_the_wait_for_ipv6_which_starts_nothing() {
    let scene = Scene::new().never_answers(Records::Aaaa).v4(0, &A[..1]).silent(A[0]);
    assert!(drop_after(&scene, 20).await.is_empty());
}

// HE-35
#[tokio::test(start_paused = true)]
async fn during_an_attempt_and_a_lookup() {
    let scene = Scene::new().v6(0, &AAAA[..2]).never_answers(Records::A);
    let scene = scene.silent(AAAA[0]).silent(AAAA[1]);
    let started = drop_after(&scene, 100).await;
    assert_eq!(started, [AAAA[0]]);
}

// HE-20
#[tokio::test(start_paused = true)]
async fn during_several_attempts_with_more_to_come() {
    let scene = Scene::new().v6(0, &AAAA).v4(0, &A);
    let scene = scene.silent(AAAA[0]).silent(A[0]).silent(AAAA[1]);
    let started = drop_after(&scene, 600).await;
    assert_eq!(started, [AAAA[0], A[0], AAAA[1]]);
}

#[tokio::test(start_paused = true)]
async fn at_any_time_of_a_race() {
    for after in (0..700).step_by(9) {
        let scene = Scene::new().v6(60, &AAAA[..2]).v4(3, &A[..2]);
        let scene = scene.silent(A[0]).fails(AAAA[0], 40).silent(A[1]).silent(AAAA[1]);
        drop_after(&scene, after).await;
    }
}

/// Its connection has come, and nobody has been told.
#[tokio::test(start_paused = true)]
async fn when_an_attempt_has_just_won() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]).connects(AAAA[0], 100).silent(A[0]);
    let mut call = scene.call();
    assert_pending!(call.poll());
    advance(Duration::from_millis(100)).await;
    assert!(call.is_woken());
    drop(call);
    scene.assert_nothing_runs();
}
