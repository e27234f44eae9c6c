//! The scenarios that others have published for their own races, with the
//! times that this one has to keep. They differ where a failed attempt ends
//! within 10 milliseconds: the next one starts no earlier than that.

use std::time::Duration;

use tower_socket::layers::dns::{AddressOrder, Family, Records};

use super::scene::{A, AAAA, Scene};

/// What an address does, and after how long.
#[derive(Clone, Copy)]
enum Peer {
    Connects(u64),
    Fails(u64),
    Silent,
}
use Peer::{Connects, Fails, Silent};

/// The addresses of one answer, its name, its delay, the winner or nobody, the
/// end and all starts.
struct Published {
    name: &'static str,
    delay: u64,
    peers: &'static [(&'static str, Peer)],
    winner: Option<&'static str>,
    ended: u64,
    starts: &'static [(&'static str, u64)],
}

impl Published {
    fn scene(&self) -> Scene {
        let addresses: Vec<_> = self.peers.iter().map(|(address, _)| *address).collect();
        let (v4, v6): (Vec<&str>, Vec<_>) = addresses.iter().partition(|a| a.contains('.'));
        let first = if addresses.first().is_some_and(|first| first.contains('.')) {
            Family::Ipv4
        } else {
            Family::Ipv6
        };
        let scene = Scene::new().v4(0, &v4).v6(0, &v6).race(|race| {
            let delay = Duration::from_millis(self.delay);
            race.order(AddressOrder::Answered).preferred_family(first).attempt_delay(delay)
        });
        self.peers.iter().fold(scene, |scene, (address, peer)| match *peer {
            Connects(after) => scene.connects(address, after),
            Fails(after) => scene.fails(address, after),
            Silent => scene.silent(address),
        })
    }

    async fn check(&self) {
        let outcome = self.scene().run().await;
        let starts = self.starts.iter().map(|(address, at)| ((*address).to_owned(), *at));
        assert_eq!(outcome.starts, starts.collect::<Vec<_>>(), "{}", self.name);
        let winner = outcome.result.as_ref().ok().map(ToString::to_string);
        assert_eq!(winner.as_deref(), self.winner, "{}", self.name);
        assert_eq!(outcome.ended, self.ended, "{}", self.name);
        if let Err(error) = &outcome.result {
            assert_eq!(error.attempts().len(), self.peers.len(), "{}", self.name);
        }
    }
}

/// trio, tests of `open_tcp_stream`.
const TRIO: &[Published] = &[
    Published {
        name: "one host succeeds quickly",
        delay: 250,
        peers: &[("1.2.3.4", Connects(123))],
        winner: Some("1.2.3.4"),
        ended: 123,
        starts: &[("1.2.3.4", 0)],
    },
    Published {
        name: "one host succeeds slowly",
        delay: 250,
        peers: &[("1.2.3.4", Connects(100_000))],
        winner: Some("1.2.3.4"),
        ended: 100_000,
        starts: &[("1.2.3.4", 0)],
    },
    Published {
        name: "one host fails quickly",
        delay: 250,
        peers: &[("1.2.3.4", Fails(123))],
        winner: None,
        ended: 123,
        starts: &[("1.2.3.4", 0)],
    },
    Published {
        name: "one host fails slowly, or after it accepted",
        delay: 250,
        peers: &[("1.2.3.4", Fails(100_000))],
        winner: None,
        ended: 100_000,
        starts: &[("1.2.3.4", 0)],
    },
    Published {
        name: "the third wins, with the default delay",
        delay: 250,
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(1000)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("3.3.3.3"),
        ended: 700,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 250), ("3.3.3.3", 500)],
    },
    Published {
        name: "an early success starts no more",
        delay: 250,
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(100)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("2.2.2.2"),
        ended: 350,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 250)],
    },
    Published {
        name: "with a longer delay the first wins",
        delay: 450,
        peers: &[
            ("1.1.1.1", Connects(1000)),
            ("2.2.2.2", Connects(1000)),
            ("3.3.3.3", Connects(200)),
        ],
        winner: Some("1.1.1.1"),
        ended: 1000,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 450), ("3.3.3.3", 900)],
    },
    Published {
        name: "errors expedite",
        delay: 250,
        peers: &[
            ("1.1.1.1", Fails(100)),
            ("2.2.2.2", Fails(200)),
            ("3.3.3.3", Connects(10_000)),
            ("4.4.4.4", Connects(250)),
        ],
        winner: Some("4.4.4.4"),
        ended: 800,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 100), ("3.3.3.3", 300), ("4.4.4.4", 550)],
    },
    Published {
        name: "all fail",
        delay: 250,
        peers: &[
            ("1.1.1.1", Fails(100)),
            ("2.2.2.2", Fails(200)),
            ("3.3.3.3", Fails(10_000)),
            ("4.4.4.4", Fails(250)),
        ],
        winner: None,
        ended: 10_300,
        starts: &[("1.1.1.1", 0), ("2.2.2.2", 100), ("3.3.3.3", 300), ("4.4.4.4", 550)],
    },
    Published {
        name: "several succeed at the same time",
        delay: 1000,
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
    },
    Published {
        name: "the other family is second",
        delay: 1000,
        peers: &[("1.1.1.1", Fails(10_000)), ("2.2.2.2", Connects(1000)), ("::3", Connects(500))],
        winner: Some("::3"),
        ended: 1500,
        starts: &[("1.1.1.1", 0), ("::3", 1000)],
    },
    Published {
        name: "a host without IPv4",
        delay: 1000,
        peers: &[
            ("::1", Connects(10_000)),
            ("2.2.2.2", Fails(0)),
            ("::3", Connects(100)),
            ("4.4.4.4", Fails(0)),
        ],
        winner: Some("::3"),
        ended: 1110,
        starts: &[("::1", 0), ("2.2.2.2", 1000), ("::3", 1010)],
    },
    Published {
        name: "a host without IPv6",
        delay: 1000,
        peers: &[
            ("::1", Fails(0)),
            ("2.2.2.2", Connects(10_000)),
            ("::3", Fails(0)),
            ("4.4.4.4", Connects(100)),
        ],
        winner: Some("4.4.4.4"),
        ended: 1120,
        starts: &[("::1", 0), ("2.2.2.2", 10), ("::3", 1010), ("4.4.4.4", 1020)],
    },
    Published { name: "no addresses", delay: 250, peers: &[], winner: None, ended: 0, starts: &[] },
];

/// Go, `TestDialParallel`: its fallbacks are the other family here.
const GO: &[Published] = &[
    Published {
        name: "IPv4 works on the first try",
        delay: 200,
        peers: &[("127.0.0.1", Connects(0))],
        winner: Some("127.0.0.1"),
        ended: 0,
        starts: &[("127.0.0.1", 0)],
    },
    Published {
        name: "IPv6 works on the first try",
        delay: 200,
        peers: &[("::1", Connects(0))],
        winner: Some("::1"),
        ended: 0,
        starts: &[("::1", 0)],
    },
    Published {
        name: "IPv4 works before a slow fallback",
        delay: 200,
        peers: &[("127.0.0.1", Connects(0)), ("2001:db8::254", Silent)],
        winner: Some("127.0.0.1"),
        ended: 0,
        starts: &[("127.0.0.1", 0)],
    },
    Published {
        name: "IPv6 works before a slow fallback",
        delay: 200,
        peers: &[("::1", Connects(0)), ("192.0.2.254", Silent)],
        winner: Some("::1"),
        ended: 0,
        starts: &[("::1", 0)],
    },
    Published {
        name: "the primary is slow",
        delay: 200,
        peers: &[("192.0.2.254", Silent), ("::1", Connects(0))],
        winner: Some("::1"),
        ended: 200,
        starts: &[("192.0.2.254", 0), ("::1", 200)],
    },
    Published {
        name: "refused IPv4 is skipped",
        delay: 200,
        peers: &[("127.0.0.1", Fails(0)), ("::1", Connects(0))],
        winner: Some("::1"),
        ended: 10,
        starts: &[("127.0.0.1", 0), ("::1", 10)],
    },
    Published {
        name: "refused IPv6 is skipped",
        delay: 200,
        peers: &[("::1", Fails(0)), ("127.0.0.1", Connects(0))],
        winner: Some("127.0.0.1"),
        ended: 10,
        starts: &[("::1", 0), ("127.0.0.1", 10)],
    },
    Published {
        name: "a refused fallback is skipped",
        delay: 200,
        peers: &[
            ("192.0.2.254", Silent),
            ("::1", Fails(0)),
            ("127.0.0.1", Connects(0)),
            ("2001:db8::254", Silent),
        ],
        winner: Some("127.0.0.1"),
        ended: 210,
        starts: &[("192.0.2.254", 0), ("::1", 200), ("127.0.0.1", 210)],
    },
    Published {
        name: "everything is refused",
        delay: 200,
        peers: &[("127.0.0.1", Fails(0))],
        winner: None,
        ended: 0,
        starts: &[("127.0.0.1", 0)],
    },
];

// HE-38
#[tokio::test(start_paused = true)]
async fn the_scenarios_of_trio() {
    for scenario in TRIO {
        scenario.check().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_rows_of_go() {
    for row in GO {
        row.check().await;
    }
}

/// Each row of both is dropped in the middle, as Go does it after 5 ms.
#[tokio::test(start_paused = true)]
async fn every_scenario_can_be_dropped_early() {
    for scenario in TRIO.iter().chain(GO) {
        let scene = scenario.scene();
        let _ = tokio::time::timeout(Duration::from_millis(5), scene.run()).await;
        scene.assert_nothing_runs();
    }
}

/// Happy Eyeballs version 3, the diagrams of lookups, without HTTPS records:
/// AAAA, A and the first start, in milliseconds.
#[tokio::test(start_paused = true)]
async fn the_diagrams_of_the_draft() {
    let none: &[&str] = &[];
    for (v6, v4, first, start) in [
        ((30, &AAAA[..2]), (30, &A[..2]), AAAA[0], 30),
        ((30, &AAAA[..2]), (90, &A[..2]), AAAA[0], 30),
        ((40, &AAAA[..2]), (30, &A[..2]), AAAA[0], 40),
        ((90, &AAAA[..2]), (30, &A[..2]), A[0], 80),
        ((40, none), (30, &A[..2]), A[0], 40),
        ((30, none), (40, &A[..2]), A[0], 40),
        ((30, &AAAA[..2]), (30, none), AAAA[0], 30),
    ] {
        let scene = Scene::new().v6(v6.0, v6.1).v4(v4.0, v4.1).connects(first, 0);
        scene.run().await.assert_starts(&[(first, start)]);
    }
    let late = Scene::new().never_answers(Records::Aaaa).v4(30, &A[..1]).connects(A[0], 0);
    late.run().await.assert_won(A[0], 80);
}
