use std::{
    mem,
    net::SocketAddr,
    task::{Context, Poll},
};

use super::Nat64;
use crate::layers::dns::{Family, Lookup, Resolve, candidates::Candidates};

/// A lookup of the prefix beside those of a name, and what waits for it.
pub(in crate::layers::dns) struct Discovering {
    nat64: Nat64,
    lookup: Option<Lookup>,
    /// On a host that has no way to them yet.
    held: Vec<SocketAddr>,
}

impl Discovering {
    pub(in crate::layers::dns) fn new(nat64: Nat64) -> Self {
        Self { nat64, lookup: None, held: Vec::new() }
    }

    /// If it is time to, and the host has a need for it.
    pub(in crate::layers::dns) fn start(&mut self, resolver: &dyn Resolve, to: &Candidates) {
        let due = self.nat64.discovery().filter(|_| !to.order().has_family(Family::Ipv4));
        self.lookup = due.map(|discovery| discovery.lookup(resolver));
    }

    /// Whether there are addresses that are not among the candidates.
    pub(in crate::layers::dns) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    pub(in crate::layers::dns) fn poll(&mut self, cx: &mut Context<'_>, to: &mut Candidates) {
        if let Some(lookup) = &mut self.lookup
            && let Poll::Ready(_learnt) = lookup.as_mut().poll(cx)
        {
            self.end(to);
        }
    }

    /// Hands an answer on, if need be later.
    pub(in crate::layers::dns) fn pass(
        &mut self,
        mut addresses: Vec<SocketAddr>,
        to: &mut Candidates,
    ) {
        if self.lookup.is_some() {
            self.held.extend(addresses.extract_if(.., |address| address.is_ipv4()));
        }
        to.extend(addresses);
    }

    /// Its time is over.
    pub(in crate::layers::dns) fn expire(&mut self, to: &mut Candidates) {
        if let (Some(_), Nat64::Discovery(discovery)) = (&self.lookup, &self.nat64) {
            discovery.learn_nothing();
        }
        self.end(to);
    }

    /// No longer waits.
    fn end(&mut self, to: &mut Candidates) {
        if self.lookup.take().is_some() {
            to.learn_nat64(self.nat64.prefix());
            to.extend(mem::take(&mut self.held));
        }
    }

    /// What is still asked though the connection stands.
    pub(in crate::layers::dns) fn finish(&mut self) -> Option<Lookup> {
        self.held.clear();
        self.lookup.take()
    }
}
