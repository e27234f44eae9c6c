//! CPython's tests of `asyncio.staggered`, and what aiohappyeyeballs adds to
//! them.

use super::{
    Peer::{Connects, Fails},
    Scenario, TEN_MS, USUAL,
};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "nobody to race", ..USUAL },
    Scenario {
        name: "the first succeeds at once",
        peers: &[("192.0.2.1", Connects(0)), ("192.0.2.2", Connects(0))],
        starts: &[("192.0.2.1", 0)],
        winner: Some("192.0.2.1"),
        ..USUAL
    },
    Scenario {
        name: "the first fails, the second succeeds",
        peers: &[("192.0.2.1", Fails(0)), ("192.0.2.2", Connects(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 10)],
        winner: Some("192.0.2.2"),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "the first is slow, the second succeeds",
        delay: Some(100),
        peers: &[("192.0.2.1", Connects(10_000)), ("192.0.2.2", Connects(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 100)],
        winner: Some("192.0.2.2"),
        ended: 100,
        ..USUAL
    },
    Scenario {
        name: "none succeeds, with the default delay",
        peers: &[("192.0.2.1", Fails(0)), ("192.0.2.2", Fails(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 10)],
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "none succeeds, with no delay",
        delay: Some(0),
        peers: &[("192.0.2.1", Fails(0)), ("192.0.2.2", Fails(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 10)],
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "none succeeds, with a delay of 100 ms",
        delay: Some(100),
        peers: &[("192.0.2.1", Fails(0)), ("192.0.2.2", Fails(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 10)],
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "none succeeds, with a delay of 1 s",
        delay: Some(1000),
        peers: &[("192.0.2.1", Fails(0)), ("192.0.2.2", Fails(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 10)],
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "an early failure does not wait for a long delay",
        delay: Some(10_000),
        peers: &[("192.0.2.1", Fails(100)), ("192.0.2.2", Connects(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 100)],
        winner: Some("192.0.2.2"),
        ended: 100,
        ..USUAL
    },
    Scenario {
        name: "a long delay",
        delay: Some(10_000),
        peers: &[("192.0.2.1", Connects(20_000)), ("192.0.2.2", Connects(0))],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 2000)],
        winner: Some("192.0.2.2"),
        ended: 2000,
        differs: "the second after 10 s: two starts are at most 2 s apart",
        ..USUAL
    },
    Scenario {
        name: "one winner where nobody waits",
        peers: &[
            ("192.0.2.1", Connects(0)),
            ("192.0.2.2", Connects(0)),
            ("192.0.2.3", Connects(0)),
            ("192.0.2.4", Connects(0)),
        ],
        starts: &[("192.0.2.1", 0)],
        winner: Some("192.0.2.1"),
        ..USUAL
    },
    Scenario {
        name: "several succeed at the same time",
        delay: Some(0),
        peers: &[
            ("192.0.2.1", Connects(100)),
            ("192.0.2.2", Connects(90)),
            ("192.0.2.3", Connects(80)),
            ("192.0.2.4", Connects(70)),
        ],
        starts: &[("192.0.2.1", 0), ("192.0.2.2", 10), ("192.0.2.3", 20), ("192.0.2.4", 30)],
        winner: Some("192.0.2.1"),
        ended: 100,
        differs: TEN_MS,
        ..USUAL
    },
];

#[tokio::test(start_paused = true)]
async fn the_staggered_races_of_cpython() {
    for scenario in SCENARIOS {
        scenario.check().await;
    }
}
