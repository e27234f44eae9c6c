//! What can be set.

use std::{collections::HashSet, time::Duration};

use tower_socket::layers::{
    DnsLayer,
    dns::{AddressOrder, Family, Records},
};

use super::scene::{A, AAAA, Scene};

const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

// CTR-15
#[tokio::test(start_paused = true)]
async fn addresses_race_by_default_and_single_is_one_lookup_and_one_attempt() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(0, &A[..1]).silent(AAAA[0]).connects(A[0], 0);
    scene.run().await.assert_won(A[0], 250);

    let scene = Scene::new().v6(0, &AAAA[..2]).v4(5, &A[..2]);
    let outcome = scene.run_with(DnsLayer::single).await;
    assert_eq!(scene.asked(), [Records::A]);
    assert_eq!((outcome.starts.len(), outcome.starts[0].1), (1, 5));
    assert_eq!(outcome.ended, 5);
}

// HE-04
#[tokio::test(start_paused = true)]
async fn both_delays() {
    let scene = Scene::new().never_answers(Records::Aaaa).v4(0, &A[..2]).silent(A[0]);
    let scene = scene
        .connects(A[1], 0)
        .race(|race| race.resolution_delay(milliseconds(20)).attempt_delay(milliseconds(100)));
    scene.run().await.assert_starts(&[(A[0], 20), (A[1], 120)]);
}

#[tokio::test(start_paused = true)]
async fn no_wait_for_ipv6() {
    let scene = Scene::new().v6(5, &AAAA[..1]).v4(0, &A[..1]).connects(A[0], 0);
    let scene = scene.race(|race| race.resolution_delay(Duration::ZERO));
    scene.run().await.assert_starts(&[(A[0], 0)]);
}

#[tokio::test(start_paused = true)]
async fn the_delay_is_at_most_2_s_and_at_least_10_ms() {
    for (given, taken) in [(60_000, 2000), (0, 10)] {
        let scene = Scene::new().v4(0, &A[..2]).silent(A[0]).connects(A[1], 0);
        let scene = scene.race(|race| race.attempt_delay(milliseconds(given)));
        scene.run().await.assert_starts(&[(A[0], 0), (A[1], taken)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_shorter_longest_time_holds_whatever_the_delay_is() {
    let scene = Scene::new().v4(0, &A[..2]).silent(A[0]).connects(A[1], 0);
    let scene =
        scene.race(|race| race.maximum_delay(milliseconds(500)).attempt_delay(milliseconds(1000)));
    scene.run().await.assert_starts(&[(A[0], 0), (A[1], 500)]);
}

#[tokio::test(start_paused = true)]
async fn a_longer_least_time_holds_after_failures_too() {
    let scene = Scene::new().v4(0, &A[..2]).connects(A[1], 0);
    let scene = scene.race(|race| race.minimum_delay(milliseconds(100)));
    scene.run().await.assert_starts(&[(A[0], 0), (A[1], 100)]);
}

#[tokio::test(start_paused = true)]
async fn ipv4_first() {
    let scene = Scene::new().v6(0, &AAAA[..1]).v4(30, &A[..1]).silent(A[0]);
    let scene = scene.connects(AAAA[0], 0).race(|race| race.preferred_family(Family::Ipv4));
    scene.run().await.assert_starts(&[(A[0], 30), (AAAA[0], 280)]);

    let scene = Scene::new().v6(0, &AAAA[..1]).v4(80, &A[..1]).connects(AAAA[0], 0);
    let scene = scene.race(|race| race.preferred_family(Family::Ipv4));
    scene.run().await.assert_starts(&[(AAAA[0], 50)]);
}

#[tokio::test(start_paused = true)]
async fn two_of_the_first_family() {
    let scene = Scene::new().v6(0, &AAAA[..3]).v4(0, &A[..1]).connects(AAAA[2], 0);
    let scene = scene.race(|race| race.first_family_count(2));
    let outcome = scene.run().await;
    outcome.assert_starts(&[(AAAA[0], 0), (AAAA[1], 10), (A[0], 20), (AAAA[2], 30)]);
}

// HE-15
#[tokio::test(start_paused = true)]
async fn equal_addresses_are_tried_in_any_order() {
    let mut orders = HashSet::new();
    for _ in 0..100 {
        let scene = Scene::new().v4(0, &A[..2]).race(|race| race.order(AddressOrder::Rfc6724));
        orders.insert(scene.run().await.starts);
    }
    assert_eq!(orders.len(), 2);
}
