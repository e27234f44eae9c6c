//! What a client remembers to shorten its next handshake with a server.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustls::{
    NamedGroup,
    client::{
        ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue,
        Tls13ClientSessionValue,
    },
    pki_types::ServerName,
};

/// rustls' own store with room for more TLS 1.3 tickets: that one keeps eight
/// for each name, so that of 64 concurrent connects to one server most find
/// none.
pub(super) struct Sessions {
    names: ClientSessionMemoryCache,
    tickets: Mutex<Tickets<Tls13ClientSessionValue>>,
}

impl Sessions {
    /// At most `capacity` tickets over all names; the oldest leaves.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            names: ClientSessionMemoryCache::new(capacity),
            tickets: Mutex::new(Tickets::new(capacity)),
        }
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets<Tls13ClientSessionValue>> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, name: ServerName<'static>, group: NamedGroup) {
        self.names.set_kx_hint(name, group);
    }

    fn kx_hint(&self, name: &ServerName<'_>) -> Option<NamedGroup> {
        self.names.kx_hint(name)
    }

    fn set_tls12_session(&self, name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.names.set_tls12_session(name, value);
    }

    fn tls12_session(&self, name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.names.tls12_session(name)
    }

    fn remove_tls12_session(&self, name: &ServerName<'static>) {
        self.names.remove_tls12_session(name);
    }

    fn insert_tls13_ticket(&self, name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.tickets().insert(name, value);
    }

    fn take_tls13_ticket(&self, name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.tickets().take(name)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

/// Tickets by their age, and the ages of each name's tickets, oldest first.
struct Tickets<T> {
    capacity: usize,
    next: u64,
    by_age: BTreeMap<u64, (ServerName<'static>, T)>,
    by_name: HashMap<ServerName<'static>, VecDeque<u64>>,
}

impl<T> Tickets<T> {
    fn new(capacity: usize) -> Self {
        Self { capacity, next: 0, by_age: BTreeMap::new(), by_name: HashMap::new() }
    }

    fn insert(&mut self, name: ServerName<'static>, ticket: T) {
        if self.by_age.len() == self.capacity {
            self.evict_oldest();
        }
        self.by_name.entry(name.clone()).or_default().push_back(self.next);
        self.by_age.insert(self.next, (name, ticket));
        self.next += 1;
    }

    /// The newest: it lives longest.
    fn take(&mut self, name: &ServerName<'static>) -> Option<T> {
        let age = self.forget(name, VecDeque::pop_back)?;
        self.by_age.remove(&age).map(|(_, ticket)| ticket)
    }

    fn evict_oldest(&mut self) {
        if let Some((_, (name, _))) = self.by_age.pop_first() {
            self.forget(&name, VecDeque::pop_front);
        }
    }

    fn forget(
        &mut self,
        name: &ServerName<'static>,
        pop: fn(&mut VecDeque<u64>) -> Option<u64>,
    ) -> Option<u64> {
        let ages = self.by_name.get_mut(name)?;
        let age = pop(ages);
        if ages.is_empty() {
            self.by_name.remove(name);
        }
        age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ServerName<'static> {
        ServerName::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn one_server_may_have_every_ticket() {
        let mut tickets = Tickets::new(64);
        (0..64).for_each(|ticket| tickets.insert(name("a"), ticket));
        assert_eq!(std::iter::from_fn(|| tickets.take(&name("a"))).count(), 64);
    }

    #[test]
    fn the_newest_ticket_is_taken_once() {
        let mut tickets = Tickets::new(2);
        tickets.insert(name("a"), 1);
        tickets.insert(name("a"), 2);
        assert_eq!(tickets.take(&name("a")), Some(2));
        assert_eq!(tickets.take(&name("a")), Some(1));
        assert_eq!(tickets.take(&name("a")), None);
    }

    #[test]
    fn the_oldest_ticket_leaves_whatever_its_name() {
        let mut tickets = Tickets::new(2);
        tickets.insert(name("a"), 1);
        tickets.insert(name("b"), 2);
        tickets.insert(name("b"), 3);
        assert_eq!(tickets.take(&name("a")), None);
        assert_eq!(tickets.take(&name("b")), Some(3));
    }

    #[test]
    fn nothing_is_left_of_a_name_without_tickets() {
        let mut tickets = Tickets::new(2);
        (0..100).for_each(|ticket| {
            tickets.insert(name("a"), ticket);
            tickets.take(&name("a"));
        });
        assert!(tickets.by_age.is_empty() && tickets.by_name.is_empty());
    }
}
