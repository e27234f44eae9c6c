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
    pub(crate) set: fn(Scene) -> Scene,
}

pub(crate) const CASES: &[Case] = &[
    Case { name: "both fast", set: both },
    Case { name: "IPv6 black hole", set: |scene| scene.black_hole(V6[0]).good(V4[0]) },
    Case { name: "three IPv6 black holes and one IPv4", set: black_holes },
    Case { name: "IPv6 refused", set: |scene| scene.refused(V6[0]).good(V4[0]) },
    Case { name: "AAAA 2 s late", set: |scene| both(scene).aaaa(Lookup::LATE) },
    Case { name: "AAAA never answered", set: |scene| both(scene).aaaa(Lookup::Never) },
    Case { name: "AAAA SERVFAIL", set: |scene| both(scene).aaaa(Lookup::Failed) },
    Case { name: "A 2 s late", set: |scene| both(scene).a(Lookup::LATE) },
    Case { name: "A never answered", set: |scene| both(scene).a(Lookup::Never) },
    Case { name: "IPv6 accepts, TLS silent", set: silent_in_tls },
    Case { name: "every address refuses", set: |scene| scene.refused(V6[0]).refused(V4[0]) },
];

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
