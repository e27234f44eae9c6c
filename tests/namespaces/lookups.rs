//! A name server that is late, fails or is silent about one type of record.

use std::time::Duration;

use super::{
    lookup::Lookup,
    scene::{Scene, V4, V6},
};

#[test]
fn late_aaaa_is_ipv4() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).aaaa(Lookup::LATE).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 50)]);
}

// HE-08
#[test]
fn aaaa_never_answered_is_ipv4() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).aaaa(Lookup::Never).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 50)]);
}

// HE-22, HE-38
#[test]
fn failed_aaaa_is_ipv4() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).aaaa(Lookup::Failed).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 0)]);
}

#[test]
fn late_a_is_ipv6() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).a(Lookup::LATE).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0)]);
}

// HE-22, HE-38
#[test]
fn failed_a_is_ipv6() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).a(Lookup::Failed).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0)]);
}

// HE-14
#[test]
fn an_answer_that_comes_during_the_race_is_next() {
    let Some(scene) = Scene::new() else { return };
    let scene = scene.black_hole(V4[0]).black_hole(V4[1]).good(V6[0]);
    let outcome = scene.aaaa(Lookup::After(Duration::from_millis(150))).run();
    outcome.assert_won(V6[0]);
    assert_eq!(outcome.families(), [4, 6]);
}

// HE-37
#[test]
fn a_name_without_addresses_is_an_error() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.run();
    assert!(outcome.error().is_resolve());
    assert!(outcome.error().to_string().ends_with("no addresses"), "{}", outcome.error());
    assert!(outcome.error().attempts().is_empty());
}
