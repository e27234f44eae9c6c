//! Addresses that accept, and then do not finish TLS, or not soon.

use std::time::Duration;

use tower_socket::layers::tls::{ClientTls, Identity, Roots, ServerTls};

use super::{
    scene::{Scene, V4, V6},
    support::certificates::Authority,
};

fn company() -> (ClientTls, ServerTls) {
    let authority = Authority::new();
    let leaf = authority.leaf(&["host.example"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(authority.certificate.pem());
    let client = ClientTls::builder().roots(roots).build().unwrap();
    (client, ServerTls::builder().identity(identity).build().unwrap())
}

fn scene() -> Option<Scene> {
    let (client, server) = company();
    Some(Scene::new()?.tls(client, server))
}

#[test]
fn a_handshake_over_ipv6_needs_no_ipv4() {
    let Some(scene) = scene() else { return };
    let outcome = scene.good(V6[0]).good(V4[0]).run();
    outcome.assert_won(V6[0]);
    assert_eq!(outcome.starts[0].0.to_string(), V6[0]);
}

#[test]
fn ipv6_that_accepts_and_is_silent_in_tls_is_followed_by_ipv4() {
    let Some(scene) = scene() else { return };
    let outcome = scene.silent(V6[0]).good(V4[0]).run();
    outcome.assert_won(V4[0]);
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 250)]);
}

#[test]
fn a_handshake_on_a_long_way_goes_on_beside_ipv4() {
    let (client, server) = company();
    let round_trip = Duration::from_millis(400);
    let Some(scene) = Scene::far(round_trip) else { return };
    let outcome = scene.tls(client, server).good(V6[0]).good(V4[0]).run();
    outcome.assert_won(V6[0]);
    outcome.assert_starts(&[(V6[0], 0), (V4[0], 250)]);
    assert!(outcome.elapsed >= 2 * round_trip, "the way is shorter: {:?}", outcome.elapsed);
}
