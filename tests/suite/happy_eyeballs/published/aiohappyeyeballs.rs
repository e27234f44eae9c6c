//! aiohappyeyeballs' tests of `start_connection`. What it does with a socket
//! before it connects belongs to the connector below here: an address that
//! cannot be bound to, or has no socket, is an attempt that fails at once. That
//! closing a socket fails is nothing that Rust tells.

use super::{
    Peer::{Connects, Fails, FailsWith, Silent},
    Scenario, TEN_MS, USUAL,
};
use crate::happy_eyeballs::scene::{Failure, Scene};

const V6: &str = "2001:db8:beef::";
const OTHER_V6: &str = "2001:db8:aaaa::";
const V4: &str = "192.0.2.82";
const OTHER_V4: &str = "192.0.2.83";

const EIO: Failure = Failure::Errno(5);
const NOT_OURS: Failure = Failure::Errno(99);

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "no addresses", ..USUAL },
    Scenario {
        name: "a single address without a socket",
        peers: &[(V4, FailsWith(0, EIO))],
        starts: &[(V4, 0)],
        ..USUAL
    },
    Scenario {
        name: "a single address that connects",
        peers: &[(V4, Connects(0))],
        starts: &[(V4, 0)],
        winner: Some(V4),
        ..USUAL
    },
    Scenario {
        name: "the first of two connects",
        delay: Some(300),
        peers: &[(V4, Connects(0)), (OTHER_V4, FailsWith(0, EIO))],
        starts: &[(V4, 0)],
        winner: Some(V4),
        ..USUAL
    },
    Scenario {
        name: "several winners",
        delay: Some(0),
        peers: &[
            ("192.0.2.82", Connects(100)),
            ("192.0.2.83", Connects(90)),
            ("192.0.2.84", Connects(80)),
            ("192.0.2.85", Connects(70)),
        ],
        starts: &[("192.0.2.82", 0), ("192.0.2.83", 10), ("192.0.2.84", 20), ("192.0.2.85", 30)],
        winner: Some("192.0.2.82"),
        ended: 100,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "two without a socket",
        delay: Some(300),
        peers: &[(V4, FailsWith(0, EIO)), (OTHER_V4, FailsWith(0, EIO))],
        starts: &[(V4, 0), (OTHER_V4, 10)],
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "IPv6 without a socket",
        delay: Some(300),
        peers: &[(V6, FailsWith(0, EIO)), (V4, Connects(0))],
        starts: &[(V6, 0), (V4, 10)],
        winner: Some(V4),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "IPv4 without a socket",
        delay: Some(300),
        peers: &[(V6, Connects(0)), (V4, FailsWith(0, EIO))],
        starts: &[(V6, 0)],
        winner: Some(V6),
        ..USUAL
    },
    Scenario {
        name: "after a failed IPv6 address the family changes",
        delay: Some(300),
        peers: &[(V6, Fails(0)), (OTHER_V6, Connects(0)), (V4, Connects(0))],
        starts: &[(V6, 0), (V4, 10)],
        winner: Some(V4),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "two of IPv6 go ahead, and the first fails",
        delay: Some(300),
        ahead: 2,
        peers: &[(V6, Fails(0)), (OTHER_V6, Connects(0)), (V4, Connects(0))],
        starts: &[(V6, 0), (OTHER_V6, 10)],
        winner: Some(OTHER_V6),
        ended: 10,
        differs: TEN_MS,
    },
    Scenario {
        name: "only IPv6, and the first fails",
        delay: Some(300),
        peers: &[(V6, Fails(0)), (OTHER_V6, Connects(0))],
        starts: &[(V6, 0), (OTHER_V6, 10)],
        winner: Some(OTHER_V6),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "a local address for IPv6 only",
        delay: Some(300),
        ahead: 2,
        peers: &[(V6, Fails(0)), (OTHER_V6, Connects(0)), (V4, FailsWith(0, NOT_OURS))],
        starts: &[(V6, 0), (OTHER_V6, 10)],
        winner: Some(OTHER_V6),
        ended: 10,
        differs: TEN_MS,
    },
    Scenario {
        name: "a local address for IPv4 only",
        delay: Some(300),
        ahead: 2,
        peers: &[
            (V6, FailsWith(0, NOT_OURS)),
            (OTHER_V6, FailsWith(0, NOT_OURS)),
            (V4, Connects(0)),
        ],
        starts: &[(V6, 0), (OTHER_V6, 10), (V4, 20)],
        winner: Some(V4),
        ended: 20,
        differs: TEN_MS,
    },
    Scenario {
        name: "IPv4 cannot be bound to, IPv6 fails",
        delay: Some(300),
        peers: &[(V6, Fails(0)), (OTHER_V6, Connects(0)), (V4, FailsWith(0, NOT_OURS))],
        starts: &[(V6, 0), (V4, 10), (OTHER_V6, 20)],
        winner: Some(OTHER_V6),
        ended: 20,
        differs: "an error: there all sockets are one mock, and the third cannot be bound either",
        ..USUAL
    },
    Scenario {
        name: "IPv4 cannot be bound to, two of IPv6 go ahead",
        delay: Some(300),
        ahead: 2,
        peers: &[(V6, Fails(0)), (OTHER_V6, Connects(0)), (V4, FailsWith(0, NOT_OURS))],
        starts: &[(V6, 0), (OTHER_V6, 10)],
        winner: Some(OTHER_V6),
        ended: 10,
        differs: TEN_MS,
    },
    Scenario {
        name: "nothing can be bound to",
        delay: Some(300),
        ahead: 2,
        peers: &[
            (V6, FailsWith(0, NOT_OURS)),
            (OTHER_V6, FailsWith(0, NOT_OURS)),
            (V4, FailsWith(0, NOT_OURS)),
        ],
        starts: &[(V6, 0), (OTHER_V6, 10), (V4, 20)],
        ended: 20,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "what is wrong with more than an address ends the race",
        delay: Some(300),
        ahead: 2,
        peers: &[(V6, FailsWith(0, Failure::Mistake)), (OTHER_V6, Connects(0)), (V4, Connects(0))],
        starts: &[(V6, 0)],
        ..USUAL
    },
    Scenario {
        name: "the families take turns",
        delay: Some(0),
        peers: &[("::1", Silent), ("::2", Silent), ("10.0.0.1", Silent), ("10.0.0.2", Connects(0))],
        starts: &[("::1", 0), ("10.0.0.1", 10), ("::2", 20), ("10.0.0.2", 30)],
        winner: Some("10.0.0.2"),
        ended: 30,
        ..USUAL
    },
    Scenario {
        name: "what is left of one family comes last",
        delay: Some(0),
        peers: &[("::1", Silent), ("::2", Silent), ("::3", Connects(0)), ("10.0.0.1", Silent)],
        starts: &[("::1", 0), ("10.0.0.1", 10), ("::2", 20), ("::3", 30)],
        winner: Some("::3"),
        ended: 30,
        ..USUAL
    },
    Scenario {
        name: "IPv4 leads where it is preferred",
        delay: Some(0),
        peers: &[("10.0.0.1", Silent), ("::1", Silent), ("10.0.0.2", Connects(0))],
        starts: &[("10.0.0.1", 0), ("::1", 10), ("10.0.0.2", 20)],
        winner: Some("10.0.0.2"),
        ended: 20,
        ..USUAL
    },
    Scenario {
        name: "a single family keeps its order",
        delay: Some(0),
        peers: &[("10.0.0.1", Silent), ("10.0.0.2", Connects(0))],
        starts: &[("10.0.0.1", 0), ("10.0.0.2", 10)],
        winner: Some("10.0.0.2"),
        ended: 10,
        ..USUAL
    },
    Scenario {
        name: "two of the first family stay ahead",
        delay: Some(0),
        ahead: 2,
        peers: &[("::1", Silent), ("::2", Silent), ("::3", Connects(0)), ("10.0.0.1", Silent)],
        starts: &[("::1", 0), ("::2", 10), ("10.0.0.1", 20), ("::3", 30)],
        winner: Some("::3"),
        ended: 30,
        ..USUAL
    },
];

#[tokio::test(start_paused = true)]
async fn the_scenarios_of_aiohappyeyeballs() {
    for scenario in SCENARIOS {
        scenario.check().await;
    }
}

/// What three addresses fail with, in the order of their attempts, and the
/// number that the whole has.
type Merged = ([Failure; 3], Option<i32>);

const MERGED: &[Merged] = &[
    ([EIO, EIO, EIO], Some(5)),
    // No number there; here the last of those that got equally far.
    ([Failure::Errno(1), Failure::Errno(2), Failure::Errno(3)], Some(3)),
    ([Failure::Text("all fail"), Failure::Text("all fail"), Failure::Text("all fail")], None),
    ([Failure::Text("1"), Failure::Text("2"), Failure::Text("3")], None),
    ([Failure::Text("1"), Failure::Errno(2), Failure::Errno(3)], Some(3)),
];

#[tokio::test(start_paused = true)]
async fn every_error_is_told_and_the_number_is_that_of_the_last() {
    let addresses = [V6, OTHER_V6, V4];
    for (failures, errno) in MERGED {
        let scene = Scene::new().v6(0, &addresses[..2]).v4(0, &addresses[2..]);
        let scene = scene.race(|race| race.first_family_count(2));
        let fails = addresses.into_iter().zip(failures);
        let scene = fails.fold(scene, |scene, (a, failure)| scene.fails_with(a, 0, *failure));
        let outcome = scene.run().await;
        let error = outcome.error();
        assert_eq!(error.raw_os_error(), *errno, "{error}");
        let tried: Vec<_> = error.attempts().iter().map(|a| a.address().ip().to_string()).collect();
        assert_eq!(tried, addresses, "{error}");
        for attempt in error.attempts() {
            assert!(error.to_string().contains(&attempt.error().to_string()), "{error}");
        }
    }
}
