//! The prefix of the network, learnt from its name servers (RFC 7050).

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::Nat64Prefix;
use crate::{
    BoxError,
    layers::dns::{Answer, Lookup, Name, Records, Resolve},
};

/// It has no IPv6 address but what a network's DNS64 makes of its two IPv4
/// addresses (RFC 7050, section 2.2). Its dot keeps it out of search lists.
const NAME: &str = "ipv4only.arpa.";
const KNOWN: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 0, 170), Ipv4Addr::new(192, 0, 0, 171)];

/// The host may be in another network by then, so no time to live is taken for
/// longer.
const LONGEST: Duration = Duration::from_secs(600);

/// For a failure, and for an answer that does not say how long it holds.
const WITHOUT_TTL: Duration = Duration::from_secs(60);

/// What is known of the network, and until when nobody has to ask again.
#[derive(Debug, Default)]
pub(in crate::layers::dns) struct Discovery(Mutex<Known>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    prefix: Option<Nat64Prefix>,
    until: Option<Instant>,
}

impl Discovery {
    /// One that has expired is still better than no way at all.
    pub(super) fn prefix(&self) -> Option<Nat64Prefix> {
        self.known().prefix
    }

    pub(in crate::layers::dns) fn is_due(&self) -> bool {
        self.known().until.is_none_or(|until| until <= Instant::now())
    }

    /// Learns from the answer wherever it comes to its end.
    pub(in crate::layers::dns) fn lookup(self: &Arc<Self>, resolver: &dyn Resolve) -> Lookup {
        let both = resolver.records().contains(&Records::Both);
        let records = if both { Records::Both } else { Records::Aaaa };
        let lookup = resolver.lookup(&Name::from(NAME), records);
        let discovery = self.clone();
        Box::pin(async move {
            let answer = lookup.await;
            discovery.learn(&answer);
            answer
        })
    }

    fn learn(&self, answer: &Result<Answer, BoxError>) {
        match answer {
            Ok(answer) => self.know(prefix(answer), answer.expires.map(from_now)),
            Err(_) => self.learn_nothing(),
        }
    }

    /// Also not that there is no prefix any more.
    pub(super) fn learn_nothing(&self) {
        self.know(self.prefix(), None);
    }

    fn know(&self, prefix: Option<Nat64Prefix>, lifetime: Option<Duration>) {
        let lifetime = lifetime.unwrap_or(WITHOUT_TTL).min(LONGEST);
        let known = Known { prefix, until: Some(Instant::now() + lifetime) };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn known(&self) -> Known {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn from_now(expires: std::time::Instant) -> Duration {
    expires.saturating_duration_since(std::time::Instant::now())
}

fn prefix(answer: &Answer) -> Option<Nat64Prefix> {
    answer.addresses.iter().find_map(|address| match address.ip() {
        IpAddr::V6(address) => Nat64Prefix::around(address, &KNOWN),
        IpAddr::V4(_) => None,
    })
}
