//! The diagrams of version 3 of Happy Eyeballs, section "Examples" of hostname
//! resolution, where every attempt is silent. HTTPS records are not asked for
//! here.

use std::time::Duration;

use tower_socket::layers::dns::Records;

use super::owned;
use crate::happy_eyeballs::scene::{A, AAAA, Scene};

struct Diagram {
    name: &'static str,
    queries: &'static [Records],
    /// When each is answered, with how many addresses.
    aaaa: Option<(u64, usize)>,
    a: Option<(u64, usize)>,
    /// Those of the first 400 milliseconds.
    starts: &'static [(&'static str, u64)],
    /// What the draft says instead, and why it is not so here.
    differs: &'static str,
}

const BOTH: &[Records] = &[Records::Aaaa, Records::A];

const DIAGRAMS: &[Diagram] = &[
    Diagram {
        name: "AAAA a little before A",
        queries: BOTH,
        aaaa: Some((30, 2)),
        a: Some((32, 2)),
        starts: &[(AAAA[0], 30), (A[0], 280)],
        differs: "",
    },
    Diagram {
        name: "A a little before AAAA",
        queries: BOTH,
        aaaa: Some((40, 2)),
        a: Some((30, 2)),
        starts: &[(AAAA[0], 40), (A[0], 290)],
        differs: "",
    },
    Diagram {
        name: "A long before AAAA",
        queries: BOTH,
        aaaa: Some((180, 2)),
        a: Some((30, 2)),
        starts: &[(A[0], 80), (AAAA[0], 330)],
        differs: "",
    },
    Diagram {
        name: "HTTPS a little later",
        queries: BOTH,
        aaaa: Some((30, 2)),
        a: Some((30, 2)),
        starts: &[(AAAA[0], 30), (A[0], 280)],
        differs: "a start at 40 ms, with the HTTPS records",
    },
    Diagram {
        name: "HTTPS much later or never",
        queries: BOTH,
        aaaa: Some((30, 2)),
        a: Some((30, 2)),
        starts: &[(AAAA[0], 30), (A[0], 280)],
        differs: "a start at 80 ms, without waiting for HTTPS records any longer",
    },
    Diagram {
        name: "AAAA after hints",
        queries: BOTH,
        aaaa: Some((60, 2)),
        a: None,
        starts: &[(AAAA[0], 60), (AAAA[1], 310)],
        differs: "a start at 30 ms, with the hints of HTTPS records",
    },
    Diagram {
        name: "only IPv4, and HTTPS a little later",
        queries: &[Records::A],
        aaaa: None,
        a: Some((30, 2)),
        starts: &[(A[0], 30), (A[1], 280)],
        differs: "a start at 40 ms, with the HTTPS records",
    },
    Diagram {
        name: "AAAA never",
        queries: BOTH,
        aaaa: None,
        a: Some((30, 2)),
        starts: &[(A[0], 80), (A[1], 330)],
        differs: "",
    },
    Diagram {
        name: "a negative AAAA ends the wait",
        queries: BOTH,
        aaaa: Some((40, 0)),
        a: Some((30, 2)),
        starts: &[(A[0], 40), (A[1], 290)],
        differs: "",
    },
];

#[tokio::test(start_paused = true)]
async fn the_diagrams_of_the_draft() {
    for diagram in DIAGRAMS {
        let scene = Scene::new().only(diagram.queries);
        let scene = match diagram.aaaa {
            Some((after, count)) => scene.v6(after, &AAAA[..count]),
            None => scene.never_answers(Records::Aaaa),
        };
        let scene = match diagram.a {
            Some((after, count)) => scene.v4(after, &A[..count]),
            None => scene.never_answers(Records::A),
        };
        let scene = AAAA.iter().chain(&A).fold(scene, |scene, address| scene.silent(address));
        let started = scene.starts_within(Duration::from_millis(400)).await;
        assert_eq!(started, owned(diagram.starts), "{} ({})", diagram.name, diagram.differs);
    }
}
