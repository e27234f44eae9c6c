use std::{
    net::IpAddr,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use tower_socket::{Connection, Error};

/// What one connect came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) elapsed: Duration,
    pub(crate) starts: Vec<Start>,
    pub(crate) result: Result<Won, Error>,
}

/// The attempts as they are made.
#[derive(Clone, Debug)]
pub(crate) struct Starts {
    since: Instant,
    starts: Arc<Mutex<Vec<Start>>>,
}

pub(crate) type Start = (IpAddr, Duration);

#[derive(Debug)]
pub(crate) struct Won {
    pub(crate) peer: IpAddr,
    pub(crate) local: IpAddr,
    /// The client's address as the server told it.
    pub(crate) seen: IpAddr,
}

impl Starts {
    pub(crate) fn now() -> Self {
        Self { since: Instant::now(), starts: Arc::default() }
    }

    /// Says how many there are now.
    pub(crate) fn note(&self, address: IpAddr) -> usize {
        let mut starts = self.starts.lock().unwrap();
        starts.push((address, self.since.elapsed()));
        starts.len()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    pub(crate) fn ended(&self, elapsed: Duration, result: Result<Won, Error>) -> Outcome {
        let starts = self.starts.lock().unwrap().clone();
        Outcome { elapsed, starts, result }
    }
}

impl Won {
    pub(crate) fn over(connection: &Connection, told: &str) -> Self {
        let ip = |address: Option<tower_socket::Address>| address.unwrap().ip().unwrap();
        Self {
            peer: ip(connection.peer_address()),
            local: ip(connection.local_address()),
            seen: told.parse().unwrap(),
        }
    }
}

impl Outcome {
    pub(crate) fn print(self) -> Self {
        let name = thread::current().name().unwrap_or_default().to_owned();
        let end = match &self.result {
            Ok(won) => won.peer.to_string(),
            Err(error) => error.to_string(),
        };
        println!("{name}: {:.1} ms, {end}", milliseconds(self.elapsed));
        for (address, at) in &self.starts {
            println!("  {:>8.1} ms {address}", milliseconds(*at));
        }
        self
    }

    /// The connection leads there, from an address of the same family.
    pub(crate) fn assert_won(&self, address: &str) {
        let won = self.result.as_ref().unwrap();
        assert_eq!(won.peer.to_string(), address);
        assert_eq!(won.seen, won.local);
        assert_eq!(won.local.is_ipv4(), won.peer.is_ipv4());
    }

    /// These were tried and nothing else, so many milliseconds or more after
    /// the one before. A start may be noted late, so that only the sums count.
    pub(crate) fn assert_starts(&self, expected: &[(&str, u64)]) {
        let started: Vec<_> = self.starts.iter().map(|(address, _)| address.to_string()).collect();
        let order: Vec<_> = expected.iter().map(|(address, _)| *address).collect();
        assert_eq!(started, order);
        let mut earliest = Duration::ZERO;
        for ((address, at), (_, gap)) in self.starts.iter().zip(expected) {
            earliest += Duration::from_millis(*gap);
            assert!(*at >= earliest, "{address} came too early");
        }
    }

    /// 4 or 6 for each start: which of its family came first is chance.
    pub(crate) fn families(&self) -> Vec<u8> {
        self.starts.iter().map(|(address, _)| if address.is_ipv4() { 4 } else { 6 }).collect()
    }

    pub(crate) fn error(&self) -> &Error {
        self.result.as_ref().unwrap_err()
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
