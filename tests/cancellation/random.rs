use std::time::Duration;

use futures_util::future::join_all;
use tokio::{task::yield_now, time::sleep};
use tower_socket::connector::Connect;

use crate::{
    alone,
    footprint::Footprint,
    servers::{Servers, address},
};

const ATTEMPTS: usize = 5_000;
const AT_ONCE: usize = 50;

/// splitmix64, so that every run does the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// When a connect is given up.
enum Moment {
    Turns(u64),
    Milliseconds(u64),
}

impl Moment {
    fn random(random: &mut Random) -> Self {
        match random.below(2) {
            0 => Self::Turns(random.below(100)),
            _ => Self::Milliseconds(random.below(5)),
        }
    }

    async fn come(self) {
        match self {
            Self::Turns(turns) => {
                for _ in 0..turns {
                    yield_now().await;
                }
            }
            Self::Milliseconds(time) => sleep(Duration::from_millis(time)).await,
        }
    }
}

/// Whether it was given up, and neither failed nor connected before.
async fn give_up(connecting: Connect, moment: Moment) -> bool {
    tokio::select! {
        biased;
        _ = connecting => false,
        () = moment.come() => true,
    }
}

/// A place to wait in for each phase: DNS, TCP, TCP below TLS, TLS with one who
/// says nothing, and with one who answers.
fn place(servers: &Servers, phase: usize, random: &mut Random) -> String {
    match phase {
        0 => format!("tls://host{}.example.com:443", random.below(20)),
        1 => format!("tcp://{}", servers.silent.address()),
        2 => format!("tls://{}", servers.silent.address()),
        3 => format!("tls://{}", address(&servers.mute)),
        _ => format!("tls://{}", address(&servers.tls)),
    }
}

// GEN-05, INT-14, DNSC-13, TCPC-16, TLSC-10, TLSC-12
#[test]
fn thousands_of_connects_given_up_at_random_moments_leave_nothing_behind() {
    alone(async {
        let servers = Servers::new().await;
        let connector = servers.connector().build();
        let mut random = Random(8_305);
        let mut given_up = [0; 5];
        let before = Footprint::now();
        for _ in 0..ATTEMPTS / AT_ONCE {
            let phases = [(); AT_ONCE].map(|()| random.below(5) as usize);
            let attempts = phases.map(|phase| {
                let connecting = connector.connect(place(&servers, phase, &mut random));
                give_up(connecting, Moment::random(&mut random))
            });
            for (phase, outcome) in phases.into_iter().zip(join_all(attempts).await) {
                given_up[phase] += usize::from(outcome);
            }
        }
        before.restored().await;
        let [waiting @ .., answered] = given_up;
        assert!(waiting.iter().all(|given_up| *given_up > ATTEMPTS / 6), "{given_up:?}");
        assert!(answered > ATTEMPTS / 100, "{given_up:?}");
    });
}
