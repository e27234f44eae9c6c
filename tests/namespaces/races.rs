//! Addresses that do not connect, or not soon.

use std::time::Duration;

use super::scene::{Scene, V4, V6};

#[test]
fn both_fast_is_ipv6() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0)]);
}

// HE-38
#[test]
fn an_ipv6_black_hole_is_followed_by_ipv4() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.black_hole(V6[0]).good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 250)]);
}

#[test]
fn ipv4_is_second_after_one_of_three_ipv6_black_holes() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.black_hole(V6[0]).black_hole(V6[1]).black_hole(V6[2]).good(V4[0]).run();
    outcome.assert_won(V4[0]);
    assert_eq!(outcome.families(), [6, 4]);
}

// HE-13
#[test]
fn refused_ipv6_is_followed_by_ipv4() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.refused(V6[0]).good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 10)]);
}

#[test]
fn an_icmp_error_is_followed_by_the_next_address() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.in_the_order_answered().rejected(V4[0]).good(V4[1]).run();
    outcome.assert_won(V4[1]);
    outcome.assert_starts(&[(V4[0], 0), (V4[1], 10)]);
}

#[test]
fn the_third_ipv4_address_is_reached_past_two_black_holes() {
    let Some(scene) = Scene::new() else { return };
    let scene = scene.in_the_order_answered();
    let outcome = scene.black_hole(V4[0]).black_hole(V4[1]).good(V4[2]).run();
    outcome.assert_won(V4[2]);
    outcome.assert_starts(&[(V4[0], 0), (V4[1], 250), (V4[2], 250)]);
}

#[test]
fn an_attempt_lives_on_while_the_next_one_runs() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.black_hole_at_first(V6[0]).black_hole(V4[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 250)]);
}

// HE-09
#[test]
fn a_long_way_on_both_is_ipv6_after_one_round_trip() {
    let round_trip = Duration::from_millis(400);
    let Some(scene) = Scene::far(round_trip) else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 250)]);
    assert!(outcome.elapsed >= round_trip, "the way is shorter: {:?}", outcome.elapsed);
}

// HE-27
#[test]
fn the_error_lists_every_address_that_was_tried() {
    let Some(scene) = Scene::new() else { return };
    let scene = scene.in_the_order_answered();
    let outcome = scene.refused(V6[0]).refused(V6[1]).rejected(V4[0]).unreachable(V4[1]).run();
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 10), (V6[1], 10), (V4[1], 10)]);
    let attempts = outcome.error().attempts().iter();
    let errors = attempts.map(|attempt| {
        (attempt.address().ip().to_string(), attempt.error().raw_os_error().unwrap())
    });
    let (refused, unreachable) = (111, 113);
    let expected = [(V6[0], refused), (V4[0], unreachable), (V6[1], refused), (V4[1], unreachable)];
    let expected = expected.map(|(address, errno)| (address.to_owned(), errno));
    assert_eq!(errors.collect::<Vec<_>>(), expected);
}
