//! Go's tests of `net.Dialer`. It races one list of addresses against another;
//! here there is one list in which the families take turns.

use std::time::Duration;

use tower_socket::ErrorKind;

use super::{
    Peer::{Connects, Fails, Silent},
    Scenario, TEN_MS, USUAL,
};
use crate::happy_eyeballs::scene::{A, Scene};

/// Reserved for benchmarks, and in Go's tests nobody is there.
const SLOW_4: &str = "198.18.0.254";
const SLOW_6: &str = "2001:2::254";

/// `TestDialParallel`.
pub(super) const ROWS: &[Scenario] = &[
    Scenario {
        name: "IPv4 works on the first try",
        delay: Some(200),
        peers: &[("127.0.0.1", Connects(0))],
        starts: &[("127.0.0.1", 0)],
        winner: Some("127.0.0.1"),
        ..USUAL
    },
    Scenario {
        name: "IPv6 works on the first try",
        delay: Some(200),
        peers: &[("::1", Connects(0))],
        starts: &[("::1", 0)],
        winner: Some("::1"),
        ..USUAL
    },
    Scenario {
        name: "IPv4 works where IPv6 is refused and the fallback is slow",
        delay: Some(200),
        peers: &[("127.0.0.1", Connects(0)), ("::1", Fails(0)), (SLOW_6, Silent)],
        starts: &[("127.0.0.1", 0)],
        winner: Some("127.0.0.1"),
        ..USUAL
    },
    Scenario {
        name: "IPv6 works where IPv4 is refused and the fallback is slow",
        delay: Some(200),
        peers: &[("::1", Connects(0)), ("127.0.0.1", Fails(0)), (SLOW_4, Silent)],
        starts: &[("::1", 0)],
        winner: Some("::1"),
        ..USUAL
    },
    Scenario {
        name: "the primary is slow",
        delay: Some(200),
        peers: &[(SLOW_4, Silent), ("::1", Connects(0))],
        starts: &[(SLOW_4, 0), ("::1", 200)],
        winner: Some("::1"),
        ended: 200,
        ..USUAL
    },
    Scenario {
        name: "refused IPv4 is skipped",
        delay: Some(200),
        peers: &[("127.0.0.1", Fails(0)), ("::1", Connects(0))],
        starts: &[("127.0.0.1", 0), ("::1", 10)],
        winner: Some("::1"),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "refused IPv6 is skipped",
        delay: Some(200),
        peers: &[("::1", Fails(0)), ("127.0.0.1", Connects(0))],
        starts: &[("::1", 0), ("127.0.0.1", 10)],
        winner: Some("127.0.0.1"),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "refused IPv6 is skipped among the fallbacks",
        delay: Some(200),
        peers: &[(SLOW_4, Silent), (SLOW_6, Silent), ("::1", Fails(0)), ("127.0.0.1", Connects(0))],
        starts: &[(SLOW_4, 0), (SLOW_6, 200), ("127.0.0.1", 400)],
        winner: Some("127.0.0.1"),
        ended: 400,
        differs: "200 ms: the fallbacks are tried beside the slow primaries, not in turn",
        ..USUAL
    },
    Scenario {
        name: "refused IPv4 is followed by its fallback",
        delay: Some(200),
        peers: &[("127.0.0.1", Fails(5)), ("::1", Connects(0))],
        starts: &[("127.0.0.1", 0), ("::1", 10)],
        winner: Some("::1"),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "refused IPv6 is followed by its fallback",
        delay: Some(200),
        peers: &[("::1", Fails(50)), ("127.0.0.1", Connects(0))],
        starts: &[("::1", 0), ("127.0.0.1", 50)],
        winner: Some("127.0.0.1"),
        ended: 50,
        ..USUAL
    },
    Scenario {
        name: "everything is refused",
        delay: Some(200),
        peers: &[("127.0.0.1", Fails(0))],
        starts: &[("127.0.0.1", 0)],
        ..USUAL
    },
    Scenario { name: "nothing to do", delay: Some(200), ..USUAL },
    Scenario {
        name: "tons of addresses",
        delay: Some(200),
        peers: &[("::1", Connects(0)); 1000],
        starts: &[("::1", 0)],
        winner: Some("::1"),
        ..USUAL
    },
];

/// `TestDialerFallbackDelay`.
const DELAYS: &[Scenario] = &[
    Scenario {
        name: "a delay of a nanosecond",
        delay: Some(0),
        peers: &[(SLOW_6, Silent), ("127.0.0.1", Connects(0))],
        starts: &[(SLOW_6, 0), ("127.0.0.1", 10)],
        winner: Some("127.0.0.1"),
        ended: 10,
        differs: TEN_MS,
        ..USUAL
    },
    Scenario {
        name: "a delay of 200 ms",
        delay: Some(200),
        peers: &[(SLOW_6, Silent), ("127.0.0.1", Connects(0))],
        starts: &[(SLOW_6, 0), ("127.0.0.1", 200)],
        winner: Some("127.0.0.1"),
        ended: 200,
        ..USUAL
    },
    Scenario {
        name: "the default delay",
        peers: &[(SLOW_6, Silent), ("127.0.0.1", Connects(0))],
        starts: &[(SLOW_6, 0), ("127.0.0.1", 250)],
        winner: Some("127.0.0.1"),
        ended: 250,
        differs: "300 ms, which is older than RFC 8305",
        ..USUAL
    },
];

#[tokio::test(start_paused = true)]
async fn the_rows_of_go() {
    for row in ROWS.iter().chain(DELAYS) {
        row.check().await;
    }
}

/// So much time for so many silent addresses.
struct Deadline {
    timeout: Duration,
    addresses: usize,
    attempts: usize,
    /// How long Go lets the first one live.
    differs: &'static str,
}

const BESIDE: &str = "a share of the time: attempts go on beside each other for all of it";

/// `TestDialerPartialDeadline` and `TestDialTimeout`. There is no negative
/// [`Duration`]: what has passed already is zero.
const DEADLINES: &[Deadline] = &[
    Deadline { timeout: Duration::from_secs(12), addresses: 1, attempts: 1, differs: "" },
    Deadline { timeout: Duration::from_secs(12), addresses: 2, attempts: 2, differs: BESIDE },
    Deadline { timeout: Duration::from_secs(12), addresses: 3, attempts: 3, differs: BESIDE },
    Deadline { timeout: Duration::from_secs(12), addresses: 999, attempts: 49, differs: BESIDE },
    Deadline { timeout: Duration::from_millis(1900), addresses: 999, attempts: 8, differs: BESIDE },
    Deadline { timeout: Duration::from_millis(50), addresses: 1, attempts: 1, differs: "" },
    Deadline { timeout: Duration::from_millis(1), addresses: 1, attempts: 1, differs: "" },
    Deadline {
        timeout: Duration::ZERO,
        addresses: 1,
        attempts: 1,
        differs: "no attempt: one that is ready at once wins here",
    },
];

#[tokio::test(start_paused = true)]
async fn the_deadlines_of_go() {
    for row in DEADLINES {
        let addresses: Vec<_> = (0..row.addresses).map(|n| format!("2001:2::{n:x}")).collect();
        let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
        let scene = Scene::new().v6(0, &addresses);
        let scene = addresses.iter().fold(scene, |scene, address| scene.silent(address));
        let error = scene.run_for(row.timeout).await;
        let told = format!("{:?} for {} ({})", row.timeout, row.addresses, row.differs);
        assert_eq!(error.kind(), ErrorKind::Timeout, "{told}");
        assert_eq!(error.elapsed(), Some(row.timeout), "{told}");
        assert_eq!(error.attempts().len(), row.attempts, "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_deadlines_and_none_never_pass() {
    let scene = Scene::new().v4(0, &A[..1]).connects(A[0], 1_000_000);
    scene.run().await.assert_won(A[0], 1_000_000);
    let longest =
        scene.run_with(|layer| layer.attempt_timeout(Duration::MAX).lookup_timeout(Duration::MAX));
    longest.await.assert_won(A[0], 1_000_000);
}
