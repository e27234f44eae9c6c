//! curl's `unit2600`: every attempt fails, and what counts is how many there
//! were, and when.

use std::time::Duration;

use tower_socket::layers::dns::Records;

use crate::happy_eyeballs::scene::{Outcome, Scene};

struct Row {
    id: u8,
    resolved: &'static [&'static str],
    /// What the user allows.
    families: &'static [Records],
    /// From one attempt to the next.
    delay: u64,
    fails_after: u64,
    /// Of IPv4 and of IPv6.
    attempts: (usize, usize),
    /// How long it takes at least.
    least: u64,
    ended: u64,
    at_once: usize,
    /// What curl does instead, and why it is not so here.
    differs: &'static str,
}

const ANY: &[Records] = &[Records::Aaaa, Records::A];

const ROWS: &[Row] = &[
    Row {
        id: 1,
        resolved: &["192.0.2.1"],
        families: ANY,
        delay: 150,
        fails_after: 250,
        attempts: (1, 0),
        least: 200,
        ended: 250,
        at_once: 1,
        differs: "",
    },
    Row {
        id: 2,
        resolved: &["192.0.2.1", "192.0.2.2"],
        families: ANY,
        delay: 150,
        fails_after: 250,
        attempts: (2, 0),
        least: 400,
        ended: 400,
        at_once: 2,
        differs: "",
    },
    Row {
        id: 3,
        resolved: &["::1"],
        families: ANY,
        delay: 150,
        fails_after: 250,
        attempts: (0, 1),
        least: 200,
        ended: 250,
        at_once: 1,
        differs: "",
    },
    Row {
        id: 4,
        resolved: &["::1", "::2"],
        families: ANY,
        delay: 150,
        fails_after: 250,
        attempts: (0, 2),
        least: 400,
        ended: 400,
        at_once: 2,
        differs: "",
    },
    Row {
        id: 5,
        resolved: &["192.0.2.1", "::1"],
        families: ANY,
        delay: 150,
        fails_after: 250,
        attempts: (1, 1),
        least: 350,
        ended: 400,
        at_once: 2,
        differs: "",
    },
    Row {
        id: 6,
        resolved: &["::1", "192.0.2.1"],
        families: ANY,
        delay: 150,
        fails_after: 250,
        attempts: (1, 1),
        least: 350,
        ended: 400,
        at_once: 2,
        differs: "",
    },
    Row {
        id: 7,
        resolved: &["192.0.2.1", "::1"],
        families: &[Records::A],
        delay: 150,
        fails_after: 500,
        attempts: (1, 0),
        least: 400,
        ended: 500,
        at_once: 1,
        differs: "",
    },
    Row {
        id: 8,
        resolved: &["::1", "192.0.2.1"],
        families: &[Records::Aaaa],
        delay: 150,
        fails_after: 500,
        attempts: (0, 1),
        least: 400,
        ended: 500,
        at_once: 1,
        differs: "",
    },
    Row {
        id: 9,
        resolved: &["::1", "192.0.2.1", "::2", "::3"],
        families: ANY,
        delay: 50,
        fails_after: 400,
        attempts: (1, 3),
        least: 550,
        ended: 550,
        at_once: 4,
        differs: "",
    },
    Row {
        id: 10,
        resolved: &["::1", "192.0.2.1", "::2", "::3", "::4", "::5", "::6", "::7", "::8"],
        families: ANY,
        delay: 20,
        fails_after: 500,
        attempts: (1, 8),
        least: 550,
        ended: 660,
        at_once: 9,
        differs: "six attempts at once and the oldest gives way: here none is ended for another",
    },
];

impl Row {
    async fn run(&self) -> Outcome {
        let (v4, v6): (Vec<&str>, Vec<_>) = self.resolved.iter().partition(|a| a.contains('.'));
        let delay = Duration::from_millis(self.delay);
        let scene = Scene::new().v4(0, &v4).v6(0, &v6).only(self.families);
        let scene = scene.race(|race| race.attempt_delay(delay));
        let fails = |scene: Scene, address: &&str| scene.fails(address, self.fails_after);
        self.resolved.iter().fold(scene, fails).run().await
    }

    /// The most attempts that are under way together.
    fn at_once(&self, outcome: &Outcome) -> usize {
        let during = |at: u64| {
            let starts = outcome.starts.iter();
            starts.filter(|(_, start)| (*start..start + self.fails_after).contains(&at)).count()
        };
        outcome.starts.iter().map(|(_, at)| during(*at)).max().unwrap_or_default()
    }
}

#[tokio::test(start_paused = true)]
async fn the_rows_of_curl() {
    for row in ROWS {
        let outcome = row.run().await;
        let told = format!("{}: {:?} ({})", row.id, outcome.starts, row.differs);
        let (v4, v6): (Vec<_>, Vec<_>) = outcome.starts.iter().partition(|(a, _)| a.contains('.'));
        assert_eq!((v4.len(), v6.len()), row.attempts, "{told}");
        assert_eq!(outcome.ended, row.ended, "{told}");
        assert!(outcome.ended >= row.least, "{told}");
        assert_eq!(row.at_once(&outcome), row.at_once, "{told}");
        assert_eq!(outcome.error().attempts().len(), v4.len() + v6.len(), "{told}");
        if let ([v4, ..], [v6, ..]) = (&*v4, &*v6) {
            assert_eq!((v6.1, v4.1), (0, row.delay), "IPv6 is preferred; {told}");
        }
    }
}
