use std::time::Duration;

use tower_socket::layers::tls::{ClientTls, ServerTls};

use super::{
    Result,
    clients::HOST,
    lookup::Lookup,
    pki::Pki,
    scene::{Scene, V4, V6},
};

/// Something that is wrong with the network, or with the name server.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) scene: fn() -> Option<Scene>,
    pub(crate) set: fn(Scene) -> Scene,
    /// The milliseconds we are to be done within: what RFC 8305 has a client
    /// wait for, and ten.
    pub(crate) within: f64,
}

impl Case {
    const fn new(name: &'static str, within: f64, set: fn(Scene) -> Scene) -> Self {
        Self { name, scene: Scene::new, set, within }
    }
}

pub(crate) const CASES: &[Case] = &[
    Case::new("both fast", 10.0, both),
    Case::new("IPv6 black hole", 260.0, |scene| scene.black_hole(V6[0]).good(V4[0])),
    Case::new("three IPv6 black holes and one IPv4", 260.0, black_holes),
    Case::new("IPv6 refused", 20.0, |scene| scene.refused(V6[0]).good(V4[0])),
    Case { name: "RTT 400 ms on both", scene: far, set: both, within: 410.0 },
    Case::new("AAAA 2 s late", 60.0, |scene| both(scene).aaaa(Lookup::LATE)),
    Case::new("AAAA never answered", 60.0, |scene| both(scene).aaaa(Lookup::Never)),
    Case::new("AAAA SERVFAIL", 10.0, |scene| both(scene).aaaa(Lookup::Failed)),
    Case::new("A 2 s late", 10.0, |scene| both(scene).a(Lookup::LATE)),
    Case::new("A never answered", 10.0, |scene| both(scene).a(Lookup::Never)),
    Case::new("IPv6 accepts, TLS silent", 260.0, silent_in_tls),
    Case::new("every address refuses", 20.0, |scene| scene.refused(V6[0]).refused(V4[0])),
];

fn far() -> Option<Scene> {
    Scene::far(Duration::from_millis(400))
}

fn both(scene: Scene) -> Scene {
    scene.good(V6[0]).good(V4[0])
}

fn black_holes(scene: Scene) -> Scene {
    V6.into_iter().fold(scene, Scene::black_hole).good(V4[0])
}

fn silent_in_tls(scene: Scene) -> Scene {
    let (client, server) = tls().expect("a certificate of our own");
    scene.silent(V6[0]).good(V4[0]).tls(client, server)
}

fn tls() -> Result<(ClientTls, ServerTls)> {
    let pki = Pki::new(&[HOST])?;
    Ok((pki.client_tls()?, pki.server_tls()?))
}
