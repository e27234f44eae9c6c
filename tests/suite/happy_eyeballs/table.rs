//! The cases that every host meets, with the default settings: one test for
//! each, in milliseconds of a paused clock.

use tower_socket::layers::dns::Records;

use super::scene::{A, AAAA, Scene};

/// The round trip where nothing is wrong.
const FAST: u64 = 10;
/// The answer of a name server where nothing is wrong.
const DNS: u64 = 2;

fn both(v6: &[&str], v4: &[&str]) -> Scene {
    Scene::new().v6(DNS, v6).v4(DNS, v4)
}

#[tokio::test(start_paused = true)]
async fn both_fast_is_ipv6_at_once() {
    let scene = both(&AAAA[..1], &A[..1]).connects(AAAA[0], FAST).connects(A[0], FAST);
    let outcome = scene.run().await;
    outcome.assert_won(AAAA[0], DNS + FAST);
    outcome.assert_starts(&[(AAAA[0], DNS)]);
}

// HE-38
#[tokio::test(start_paused = true)]
async fn an_ipv6_black_hole_costs_250_ms() {
    let scene = both(&AAAA[..1], &A[..1]).silent(AAAA[0]).connects(A[0], FAST);
    let outcome = scene.run().await;
    outcome.assert_won(A[0], DNS + 250 + FAST);
    outcome.assert_starts(&[(AAAA[0], DNS), (A[0], DNS + 250)]);
}

// HE-38
#[tokio::test(start_paused = true)]
async fn three_ipv6_black_holes_cost_no_more_than_one() {
    let scene = both(&AAAA[..3], &A[..1]).connects(A[0], FAST);
    let scene = AAAA[..3].iter().fold(scene, |scene, address| scene.silent(address));
    let outcome = scene.run().await;
    outcome.assert_won(A[0], DNS + 250 + FAST);
}

// HE-13
#[tokio::test(start_paused = true)]
async fn refused_ipv6_costs_10_ms() {
    let scene = both(&AAAA[..1], &A[..1]).fails(AAAA[0], 0).connects(A[0], FAST);
    let outcome = scene.run().await;
    outcome.assert_won(A[0], DNS + 10 + FAST);
    outcome.assert_starts(&[(AAAA[0], DNS), (A[0], DNS + 10)]);
}

#[tokio::test(start_paused = true)]
async fn ipv6_refused_later_than_10_ms_costs_nothing_more() {
    let scene = both(&AAAA[..1], &A[..1]).fails(AAAA[0], 30).connects(A[0], FAST);
    scene.run().await.assert_starts(&[(AAAA[0], DNS), (A[0], DNS + 30)]);
}

#[tokio::test(start_paused = true)]
async fn two_dead_ipv4_addresses_cost_500_ms() {
    let scene = both(&[], &A[..3]).silent(A[0]).silent(A[1]).connects(A[2], FAST);
    let outcome = scene.run().await;
    outcome.assert_won(A[2], DNS + 500 + FAST);
    outcome.assert_starts(&[(A[0], DNS), (A[1], DNS + 250), (A[2], DNS + 500)]);
}

#[tokio::test(start_paused = true)]
async fn a_long_way_on_both_is_ipv6_after_one_round_trip() {
    let scene = both(&AAAA[..1], &A[..1]).connects(AAAA[0], 400).connects(A[0], 400);
    let outcome = scene.run().await;
    outcome.assert_won(AAAA[0], DNS + 400);
    outcome.assert_starts(&[(AAAA[0], DNS), (A[0], DNS + 250)]);
}

#[tokio::test(start_paused = true)]
async fn aaaa_2_s_late_costs_50_ms() {
    let scene = Scene::new().v6(2000, &AAAA[..1]).v4(DNS, &A[..1]);
    let outcome = scene.connects(AAAA[0], 0).connects(A[0], 0).run().await;
    outcome.assert_won(A[0], 52);
}

#[tokio::test(start_paused = true)]
async fn a_2_s_late_is_ipv6_with_its_answer() {
    let scene = Scene::new().v6(DNS, &AAAA[..1]).v4(2000, &A[..1]);
    let outcome = scene.connects(AAAA[0], 0).connects(A[0], 0).run().await;
    outcome.assert_won(AAAA[0], DNS);
}

// HE-22, HE-38
#[tokio::test(start_paused = true)]
async fn failed_aaaa_is_ipv4_with_its_answer() {
    let scene = Scene::new().lookup_fails(Records::Aaaa, 1, "SERVFAIL").v4(DNS, &A[..1]);
    scene.connects(A[0], 0).run().await.assert_won(A[0], DNS);
    let scene = Scene::new().lookup_fails(Records::Aaaa, 20, "SERVFAIL").v4(DNS, &A[..1]);
    scene.connects(A[0], 0).run().await.assert_won(A[0], 20);
}

#[tokio::test(start_paused = true)]
async fn no_aaaa_is_ipv4_with_its_answer() {
    let outcome = both(&[], &A[..1]).connects(A[0], 0).run().await;
    outcome.assert_won(A[0], DNS);
    outcome.assert_starts(&[(A[0], DNS)]);
}

// HE-22, HE-38
#[tokio::test(start_paused = true)]
async fn failed_a_is_ipv6_with_its_answer() {
    let scene = Scene::new().v6(DNS, &AAAA[..1]).lookup_fails(Records::A, 1, "SERVFAIL");
    scene.connects(AAAA[0], 0).run().await.assert_won(AAAA[0], DNS);
}

// HE-08
#[tokio::test(start_paused = true)]
async fn aaaa_never_answered_costs_50_ms() {
    let scene = Scene::new().never_answers(Records::Aaaa).v4(DNS, &A[..1]);
    scene.connects(A[0], 0).run().await.assert_won(A[0], 52);
}

// HE-27
#[tokio::test(start_paused = true)]
async fn the_error_comes_as_soon_as_the_last_address_fails() {
    let scene = both(&AAAA[..2], &A[..2])
        .fails(AAAA[0], 300)
        .fails(A[0], 30)
        .fails(AAAA[1], 700)
        .fails(A[1], 0);
    let outcome = scene.run().await;
    let starts = [(AAAA[0], 2), (A[0], 252), (AAAA[1], 282), (A[1], 302)];
    outcome.assert_starts(&starts);
    assert_eq!(outcome.ended, 982);
    let attempts = outcome.error().attempts();
    let told = attempts.iter().map(|attempt| {
        let started = u64::try_from(attempt.started().as_millis()).unwrap();
        (attempt.address().ip().to_string(), started)
    });
    assert_eq!(told.collect::<Vec<_>>(), starts.map(|(address, at)| (address.to_owned(), at)));
    assert_eq!(outcome.error().raw_os_error(), Some(111));
}

// HE-37
#[tokio::test(start_paused = true)]
async fn two_empty_answers_are_an_error_at_once() {
    let outcome = both(&[], &[]).run().await;
    assert_eq!(outcome.ended, DNS);
    assert_eq!(
        outcome.error().to_string(),
        "connection to tcp://example.com:80 failed during DNS lookup: no addresses"
    );
}

// HE-14
#[tokio::test(start_paused = true)]
async fn answers_that_arrive_during_the_race_join_the_order() {
    let scene = Scene::new().v6(60, &AAAA[..2]).v4(0, &A[..3]).connects(A[2], 0);
    let scene = [A[0], A[1], AAAA[0], AAAA[1]].iter().fold(scene, |scene, a| scene.silent(a));
    let outcome = scene.run().await;
    outcome.assert_starts(&[(A[0], 50), (AAAA[0], 300), (A[1], 550), (AAAA[1], 800), (A[2], 1050)]);
    outcome.assert_won(A[2], 1050);
}
