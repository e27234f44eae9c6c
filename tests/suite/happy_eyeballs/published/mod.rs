//! The scenarios that others have published for their own races, as data, with
//! what this one has to make of them.

mod aiohappyeyeballs;
mod cpython;
mod curl;
mod draft;
mod go;
mod trio;

use std::time::Duration;

use tower_socket::layers::dns::{AddressOrder, Family};

use super::scene::{Failure, Scene};

/// What an address does, and after how long.
#[derive(Clone, Copy)]
enum Peer {
    Connects(u64),
    Fails(u64),
    FailsWith(u64, Failure),
    Silent,
}

/// A name with one answer, in milliseconds.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    /// From one attempt to the next, where it is not the default.
    delay: Option<u64>,
    /// How many of the first family are tried before the families take turns.
    ahead: usize,
    /// In the order in which they were answered. The first says which family
    /// is preferred.
    peers: &'static [(&'static str, Peer)],
    /// All of them, and when.
    starts: &'static [(&'static str, u64)],
    winner: Option<&'static str>,
    ended: u64,
    /// What its authors say instead, and why it is not so here.
    differs: &'static str,
}

const USUAL: Scenario = Scenario {
    name: "",
    delay: None,
    ahead: 1,
    peers: &[],
    starts: &[],
    winner: None,
    ended: 0,
    differs: "",
};

const TEN_MS: &str = "the next attempt at once: two starts are never closer than 10 ms";

impl Scenario {
    fn scene(&self) -> Scene {
        let addresses: Vec<_> = self.peers.iter().map(|(address, _)| *address).collect();
        let (v4, v6): (Vec<&str>, Vec<_>) = addresses.iter().partition(|a| a.contains('.'));
        let first = if addresses.first().is_some_and(|first| first.contains('.')) {
            Family::Ipv4
        } else {
            Family::Ipv6
        };
        let scene = Scene::new().v4(0, &v4).v6(0, &v6).race(|race| {
            let race = race.order(AddressOrder::Answered).preferred_family(first);
            let race = race.first_family_count(self.ahead);
            self.delay.map_or(race, |delay| race.attempt_delay(Duration::from_millis(delay)))
        });
        self.peers.iter().fold(scene, |scene, (address, peer)| match *peer {
            Peer::Connects(after) => scene.connects(address, after),
            Peer::Fails(after) => scene.fails(address, after),
            Peer::FailsWith(after, failure) => scene.fails_with(address, after, failure),
            Peer::Silent => scene.silent(address),
        })
    }

    async fn check(&self) {
        let outcome = self.scene().run().await;
        let told = format!("{} ({})", self.name, self.differs);
        assert_eq!(outcome.starts, owned(self.starts), "{told}");
        let winner = outcome.result.as_ref().ok().map(ToString::to_string);
        assert_eq!(winner.as_deref(), self.winner, "{told}");
        assert_eq!(outcome.ended, self.ended, "{told}");
        if let Err(error) = &outcome.result
            && !error.is_invalid_input()
        {
            assert_eq!(error.attempts().len(), self.starts.len(), "{told}");
        }
    }
}

fn owned(starts: &[(&str, u64)]) -> Vec<(String, u64)> {
    starts.iter().map(|(address, at)| ((*address).to_owned(), *at)).collect()
}

/// Go does so after 5 ms, trio after 5 s.
#[tokio::test(start_paused = true)]
async fn every_scenario_can_be_dropped_at_any_time() {
    let tables = [trio::SCENARIOS, go::ROWS, cpython::SCENARIOS, aiohappyeyeballs::SCENARIOS];
    for scenario in tables.into_iter().flatten() {
        for after in [0, 5, 15, 100, 255, 5000] {
            let started = scenario.scene().starts_within(Duration::from_millis(after)).await;
            let until = scenario.starts.iter().filter(|(_, at)| *at <= after);
            let until: Vec<_> = until.copied().collect();
            assert_eq!(started, owned(&until), "{} after {after} ms", scenario.name);
        }
    }
}
