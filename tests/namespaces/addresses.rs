//! Which family a host is reached over, and which address is the better one.

use std::time::Duration;

use super::{
    lookup::Lookup,
    network::Network,
    scene::{Scene, V4, V6},
};

// INT-06
#[test]
fn a_host_with_both_families_sees_our_ipv6_address() {
    let Some(scene) = Scene::new() else { return };
    scene.good(V6[0]).good(V4[0]).run().assert_won(V6[0]);
}

// INT-06
#[test]
fn a_host_with_ipv4_sees_our_ipv4_address() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 0)]);
}

// INT-06
#[test]
fn a_host_with_ipv6_sees_our_ipv6_address() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.good(V6[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0)]);
}

#[test]
fn a_client_without_ipv6_reaches_a_host_with_both_over_ipv4() {
    let Some(network) = Network::new() else { return };
    let outcome = Scene::on(network.with_ipv4()).good(V6[0]).good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 0)]);
}

#[test]
fn a_client_without_ipv6_does_not_wait_for_the_answer_about_it() {
    let Some(network) = Network::new() else { return };
    let scene = Scene::on(network.with_ipv4()).good(V4[0]).aaaa(Lookup::Never);
    let hour = Duration::from_secs(3600);
    scene.race(|race| race.resolution_delay(hour)).run().assert_won(V4[0]);
}

#[test]
fn a_client_without_ipv4_reaches_a_host_with_both_over_ipv6() {
    let Some(network) = Network::new() else { return };
    let outcome = Scene::on(network.with_ipv6()).good(V6[0]).good(V4[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0)]);
}

#[test]
fn an_address_without_a_route_is_the_last_resort() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.unreachable(V6[0]).good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 0)]);
}

#[test]
fn a_unique_local_address_comes_after_ipv4() {
    let Some(network) = Network::new() else { return };
    let network = network.with_ipv4().with_ipv6();
    network.client.ip("address add fd00::100/64 dev client nodad");
    let outcome = Scene::on(network).good("fd00::1").good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V4[0], 0)]);
}

#[test]
fn the_address_with_the_longest_prefix_in_common_comes_first() {
    let Some(scene) = Scene::new() else { return };
    let far = ["2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1"];
    let outcome = far.into_iter().fold(scene, Scene::black_hole).good(V6[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0)]);
}
