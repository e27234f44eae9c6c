//! What holds in every race.

use std::{collections::HashSet, time::Duration};

use proptest::prelude::*;
use tokio::runtime::Builder;
use tower_socket::layers::dns::Records;

use super::scene::{A, AAAA, Outcome, Scene};

const ATTEMPT_DELAY: u64 = 250;
const LEAST: u64 = 10;

#[derive(Clone, Copy, Debug)]
enum Peer {
    Connects(u64),
    Fails(u64),
}

/// A delay, and how many addresses there are. No number is a failure.
type Answer = (u64, Option<usize>);

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

fn answered(scene: Scene, records: Records, answer: Answer, addresses: &[&str]) -> Scene {
    match (answer, records) {
        ((after, None), _) => scene.lookup_fails(records, after, "SERVFAIL"),
        ((after, Some(count)), Records::Aaaa) => scene.v6(after, &addresses[..count]),
        ((after, Some(count)), _) => scene.v4(after, &addresses[..count]),
    }
}

fn run(v6: Answer, v4: Answer, peers: &[Peer]) -> Outcome {
    let scene = answered(Scene::new(), Records::Aaaa, v6, &AAAA);
    let scene = answered(scene, Records::A, v4, &A);
    let addresses = AAAA.iter().chain(&A).zip(peers);
    let scene = addresses.fold(scene, |scene, (address, peer)| match *peer {
        Peer::Connects(after) => scene.connects(address, after),
        Peer::Fails(after) => scene.fails(address, after),
    });
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    // Whatever the inputs are, all have ended by then.
    let end = Duration::from_secs(60);
    runtime.block_on(async { tokio::time::timeout(end, scene.run()).await }).expect("an end")
}

fn fate(address: &str, peers: &[Peer]) -> Peer {
    let nth = AAAA.iter().chain(&A).position(|known| *known == address);
    peers[nth.expect("a known address")]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_race_keeps_the_rules(v6 in answer(), v4 in answer(), peers in peers()) {
        let outcome = run(v6, v4, &peers);
        let starts = &outcome.starts;
        let tried: HashSet<_> = starts.iter().map(|(address, _)| address).collect();
        prop_assert_eq!(tried.len(), starts.len(), "an attempt is made twice");
        for (nth, pair) in starts.windows(2).enumerate() {
            let (last, at) = (pair[0].1, pair[1].1);
            prop_assert!(at >= last + LEAST, "two starts are too close");
            let failed = starts[..=nth].iter().any(|(address, start)| {
                let Peer::Fails(after) = fate(address, &peers) else { return false };
                start + after >= last && start + after <= at
            });
            prop_assert!(failed || at >= last + ATTEMPT_DELAY, "a start is too early");
        }
        for (address, start) in starts {
            prop_assert!(*start <= outcome.ended, "a start after the end");
            if let Peer::Connects(after) = fate(address, &peers) {
                prop_assert!(outcome.ended <= start + after, "a connection is not taken");
            }
        }
        if outcome.result.is_err() {
            let known = v6.1.unwrap_or(0) + v4.1.unwrap_or(0);
            prop_assert_eq!(starts.len(), known, "not everything was tried");
            prop_assert_eq!(outcome.error().attempts().len(), known);
        }
    }
}
