//! trio's tests of `open_tcp_stream`.

use std::time::Duration;

use super::{
    Peer::{Connects, Fails},
    Scenario, USUAL, owned,
};

const NO_SOCKET: &str = "an address without a socket is no attempt: here it is one that fails at \
                         once, and two starts are never closer than 10 ms";

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "one host succeeds quickly",
        peers: &[("1.2.3.4", Connects(123))],
        winner: Some("1.2.3.4"),
        ended: 123,
        starts: &[("1.2.3.4", 0)],
        ..USUAL
    },
    Scenario {
        name: "one host succeeds slowly",
        peers: &[("1.2.3.4", Connects(100_000))],
        winner: Some("1.2.3.4"),
        ended: 100_000,
        starts: &[("1.2.3.4", 0)],
        ..USUAL
    },
    Scenario {
        name: "one host fails quickly",
        peers: &[("1.2.3.4", Fails(123))],
        winner: None,
        ended: 123,
        starts: &[("1.2.3.4", 0)],
        ..USUAL
    },
    Scenario {
        name: "one host fails slowly",
        peers: &[("1.2.3.4", Fails(100_000))],
        winner: None,
        ended: 100_000,
        starts: &[("1.2.3.4", 0)],
        ..USUAL
    },
    Scenario {
        name: "one host fails after it accepted",
        peers: &[("1.2.3.4", Fails(1000))],
        winner: None,
        ended: 1000,
        starts: &[("1.2.3.4", 0)],
        ..USUAL
    },
    Scenario {
        name: "the third wins, with the default delay",
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(1000)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("3.3.3.3"),
        ended: 700,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 250), ("3.3.3.3", 500)],
        ..USUAL
    },
    Scenario {
        name: "an early success starts no more",
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(100)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("2.2.2.2"),
        ended: 350,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 250)],
        ..USUAL
    },
    Scenario {
        name: "with a longer delay the first wins",
        delay: Some(450),
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(1000)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("1.1.1.1"),
        ended: 1000,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 450), ("3.3.3.3", 900)],
        ..USUAL
    },
    Scenario {
        name: "the default delay, given",
        delay: Some(250),
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(1000)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("3.3.3.3"),
        ended: 700,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 250), ("3.3.3.3", 500)],
        ..USUAL
    },
    Scenario {
        name: "errors expedite",
        peers: &[
            ("1.1.1.1", Fails(100)),
            ("2.2.2.2", Fails(200)),
            ("3.3.3.3", Connects(10_000)),
            ("4.4.4.4", Connects(250)),
        ],
        winner: Some("4.4.4.4"),
        ended: 800,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 100), ("3.3.3.3", 300), ("4.4.4.4", 550)],
        ..USUAL
    },
    Scenario {
        name: "all fail",
        peers: &[
            ("1.1.1.1", Fails(100)),
            ("2.2.2.2", Fails(200)),
            ("3.3.3.3", Fails(10_000)),
            ("4.4.4.4", Fails(250)),
        ],
        winner: None,
        ended: 10_300,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 100), ("3.3.3.3", 300), ("4.4.4.4", 550)],
        ..USUAL
    },
    Scenario {
        name: "several succeed at the same time",
        delay: Some(1000),
        peers: &[
            ("1.1.1.1", Fails(500)),
            ("2.2.2.2", Connects(10_000)),
            ("3.3.3.3", Connects(9000)),
            ("4.4.4.4", Connects(8000)),
            ("5.5.5.5", Fails(500)),
        ],
        winner: Some("2.2.2.2"),
        ended: 10_500,
        starts: &[
            ("1.1.1.1", 0),
            ("2.2.2.2", 500),
            ("3.3.3.3", 1500),
            ("4.4.4.4", 2500),
            ("5.5.5.5", 3500),
        ],
        ..USUAL
    },
    Scenario {
        name: "the other family is second",
        delay: Some(1000),
        peers: &[("1.1.1.1", Fails(10_000)), ("2.2.2.2", Connects(1000)), ("::3", Connects(500))],
        winner: Some("::3"),
        ended: 1500,
        starts: &[("1.1.1.1", 0), ("::3", 1000)],
        ..USUAL
    },
    Scenario {
        name: "a host without IPv4",
        delay: Some(1000),
        peers: &[
            ("::1", Connects(10_000)),
            ("2.2.2.2", Fails(0)),
            ("::3", Connects(100)),
            ("4.4.4.4", Fails(0)),
        ],
        winner: Some("::3"),
        ended: 1110,
        starts: &[("::1", 0), ("2.2.2.2", 1000), ("::3", 1010)],
        differs: NO_SOCKET,
        ..USUAL
    },
    Scenario {
        name: "a host without IPv6",
        delay: Some(1000),
        peers: &[
            ("::1", Fails(0)),
            ("2.2.2.2", Connects(10_000)),
            ("::3", Fails(0)),
            ("4.4.4.4", Connects(100)),
        ],
        winner: Some("4.4.4.4"),
        ended: 1120,
        starts: &[("::1", 0), ("2.2.2.2", 10), ("::3", 1010), ("4.4.4.4", 1020)],
        differs: NO_SOCKET,
        ..USUAL
    },
    Scenario { name: "no addresses", ..USUAL },
];

// HE-38
#[tokio::test(start_paused = true)]
async fn the_scenarios_of_trio() {
    for scenario in SCENARIOS {
        scenario.check().await;
    }
}

// HE-20
#[tokio::test(start_paused = true)]
async fn a_cancelled_race_closes_every_socket() {
    let peers = &[
        ("1.1.1.1", Connects(10_000)),
        ("2.2.2.2", Connects(10_000)),
        ("3.3.3.3", Connects(10_000)),
        ("4.4.4.4", Connects(10_000)),
    ];
    let scene = Scenario { peers, ..USUAL }.scene();
    let started = scene.starts_within(Duration::from_secs(5)).await;
    let starts = [("1.1.1.1", 0), ("2.2.2.2", 250), ("3.3.3.3", 500), ("4.4.4.4", 750)];
    assert_eq!(started, owned(&starts));
}
