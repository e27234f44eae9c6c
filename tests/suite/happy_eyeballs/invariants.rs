//! What holds in every race.

use std::{collections::HashSet, time::Duration};

use proptest::{prelude::*, test_runner::TestCaseResult};
use tokio::runtime::Builder;
use tower_socket::layers::dns::Records;

use super::scene::{A, AAAA, Outcome, Scene};

const RESOLUTION_DELAY: u64 = 50;
const LEAST: u64 = 10;
const MOST: u64 = 2000;

#[derive(Clone, Copy, Debug)]
enum Peer {
    Connects(u64),
    Fails(u64),
}

/// A delay, and how many addresses there are. No number is a failure.
type Answer = (u64, Option<usize>);

/// All that a race depends on.
#[derive(Clone, Debug)]
struct Inputs {
    v6: Answer,
    v4: Answer,
    peers: Vec<Peer>,
    attempt_delay: u64,
}

fn inputs() -> impl Strategy<Value = Inputs> {
    let attempt_delay = prop_oneof![Just(250), 0..3000_u64];
    (answer(), answer(), peers(), attempt_delay).prop_map(|(v6, v4, peers, attempt_delay)| Inputs {
        v6,
        v4,
        peers,
        attempt_delay,
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    (0..400_u64, proptest::option::weighted(0.9, 0..=4_usize))
}

/// Most of them dead or late.
fn peers() -> impl Strategy<Value = Vec<Peer>> {
    let peer = prop_oneof![
        1 => (0..2000_u64).prop_map(Peer::Connects),
        4 => prop_oneof![Just(0), 0..2000_u64].prop_map(Peer::Fails),
    ];
    proptest::collection::vec(peer, 8)
}

impl Inputs {
    fn scene(&self) -> Scene {
        let scene = answered(Scene::new(), Records::Aaaa, self.v6, &AAAA);
        let scene = answered(scene, Records::A, self.v4, &A);
        let delay = Duration::from_millis(self.attempt_delay);
        let scene = scene.race(|race| race.attempt_delay(delay));
        let addresses = AAAA.iter().chain(&A).zip(&self.peers);
        addresses.fold(scene, |scene, (address, peer)| match *peer {
            Peer::Connects(after) => scene.connects(address, after),
            Peer::Fails(after) => scene.fails(address, after),
        })
    }

    /// To the end: whatever the inputs are, all have ended by then.
    fn run(&self) -> Outcome {
        let end = Duration::from_secs(60);
        let outcome = paused(async { tokio::time::timeout(end, self.scene().run()).await });
        outcome.expect("an end")
    }

    fn fate(&self, address: &str) -> Peer {
        let nth = AAAA.iter().chain(&A).position(|known| *known == address);
        self.peers[nth.expect("a known address")]
    }

    /// When an attempt that began then has failed, if it does.
    fn failure(&self, (address, start): &(String, u64)) -> Option<u64> {
        match self.fate(address) {
            Peer::Fails(after) => Some(start + after),
            Peer::Connects(_) => None,
        }
    }

    fn check_starts(&self, starts: &[(String, u64)]) -> TestCaseResult {
        let tried: HashSet<_> = starts.iter().map(|(address, _)| address).collect();
        prop_assert_eq!(tried.len(), starts.len(), "an attempt is made twice");
        for (nth, pair) in starts.windows(2).enumerate() {
            let (last, at) = (pair[0].1, pair[1].1);
            prop_assert!(at >= last + LEAST, "two starts are too close");
            let mut failures = starts[..=nth].iter().filter_map(|start| self.failure(start));
            let failed = failures.any(|failure| (last..=at).contains(&failure));
            let delay = self.attempt_delay.clamp(LEAST, MOST);
            prop_assert!(failed || at >= last + delay, "a start is too early");
        }
        Ok(())
    }

    fn check_first_start(&self, starts: &[(String, u64)]) -> TestCaseResult {
        let Some((address, at)) = starts.first() else { return Ok(()) };
        let (v6, v4) = (self.v6.0, self.v4.0);
        let earliest =
            if address.contains('.') { v4.max(v6.min(v4 + RESOLUTION_DELAY)) } else { v6 };
        prop_assert_eq!(*at, earliest, "the first start");
        Ok(())
    }

    fn check_end(&self, outcome: &Outcome) -> TestCaseResult {
        let winner = outcome.result.as_ref().ok().map(ToString::to_string);
        for (address, start) in &outcome.starts {
            let won = winner.as_ref() == Some(address);
            prop_assert!(won || *start < outcome.ended || winner.is_none(), "a start too much");
            if let Peer::Connects(after) = self.fate(address) {
                prop_assert!(outcome.ended <= start + after, "a connection is not taken");
                prop_assert!(!won || outcome.ended == start + after, "the end is not the winner's");
            }
        }
        Ok(())
    }

    /// It ends with the last of its inputs, and has missed none.
    fn check_error(&self, outcome: &Outcome) -> TestCaseResult {
        let known = self.v6.1.unwrap_or(0) + self.v4.1.unwrap_or(0);
        prop_assert_eq!(outcome.starts.len(), known, "not everything was tried");
        prop_assert_eq!(outcome.error().attempts().len(), known);
        let failures = outcome.starts.iter().filter_map(|start| self.failure(start));
        let inputs = failures.chain([self.v6.0, self.v4.0]);
        prop_assert_eq!(Some(outcome.ended), inputs.max(), "it ends too late");
        Ok(())
    }
}

fn answered(scene: Scene, records: Records, answer: Answer, addresses: &[&str]) -> Scene {
    match (answer, records) {
        ((after, None), _) => scene.lookup_fails(records, after, "SERVFAIL"),
        ((after, Some(count)), Records::Aaaa) => scene.v6(after, &addresses[..count]),
        ((after, Some(count)), _) => scene.v4(after, &addresses[..count]),
    }
}

fn paused<F: Future>(race: F) -> F::Output {
    let mut runtime = Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(race)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_race_keeps_the_rules(inputs in inputs()) {
        let outcome = inputs.run();
        inputs.check_starts(&outcome.starts)?;
        inputs.check_first_start(&outcome.starts)?;
        inputs.check_end(&outcome)?;
        if outcome.result.is_err() {
            inputs.check_error(&outcome)?;
        }
    }

    /// Until then it is the same race, and after that nothing starts.
    #[test]
    fn nothing_starts_after_a_race_is_dropped(inputs in inputs(), after in 0..3000_u64) {
        let scene = inputs.scene();
        let started = paused(async {
            let started = scene.starts_within(Duration::from_millis(after)).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert_eq!(scene.started().len(), started.len(), "a start after the end");
            started
        });
        let whole = inputs.run().starts.into_iter();
        let until: Vec<_> = whole.filter(|(_, at)| *at <= after).collect();
        prop_assert_eq!(started, until);
    }
}
