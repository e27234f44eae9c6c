//! How many connections each source has open.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use slab::Slab;

use crate::layers::admission::{MAX_SOURCES, Source};

/// The sources that have a connection open.
#[derive(Debug, Default)]
pub(super) struct Sources(Mutex<Open>);

/// A source is looked for when a connection comes and when its last one goes.
#[derive(Debug, Default)]
struct Open {
    visits: HashMap<Source, Visit>,
    counts: Slab<Count>,
}

#[derive(Debug)]
struct Count {
    source: Source,
    connections: usize,
}

/// One connection from a source, to be ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit(u32);

/// Why a source may open no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Source,
    Table,
}

impl Sources {
    pub(super) fn enter(&self, address: IpAddr, limit: usize) -> Result<Visit, Full> {
        let mut open = self.open();
        let Open { visits, counts } = &mut *open;
        let is_full = visits.len() >= MAX_SOURCES;
        match visits.entry(Source::from(address)) {
            Entry::Occupied(visit) => {
                let count = &mut counts[visit.get().0 as usize];
                if count.connections >= limit {
                    return Err(Full::Source);
                }
                count.connections += 1;
                Ok(*visit.get())
            }
            Entry::Vacant(_) if limit == 0 => Err(Full::Source),
            Entry::Vacant(_) if is_full => Err(Full::Table),
            Entry::Vacant(vacant) => {
                let key = counts.insert(Count { source: *vacant.key(), connections: 1 });
                // There are MAX_SOURCES at most.
                Ok(*vacant.insert(Visit(key as u32)))
            }
        }
    }

    pub(super) fn leave(&self, visit: Visit) {
        let mut open = self.open();
        let key = visit.0 as usize;
        let count = &mut open.counts[key];
        count.connections -= 1;
        if count.connections == 0 {
            let source = open.counts.remove(key).source;
            open.visits.remove(&source);
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_is_remembered_of_a_source_that_left() {
        let sources = Sources::default();
        let first = sources.enter(address("192.0.2.1"), 2).unwrap();
        let second = sources.enter(address("192.0.2.1"), 2).unwrap();
        assert_eq!(sources.enter(address("192.0.2.1"), 2).unwrap_err(), Full::Source);
        sources.leave(first);
        assert_eq!(sources.open().visits.len(), 1);
        sources.leave(second);
        assert!(sources.open().visits.is_empty());
        assert!(sources.open().counts.is_empty());
    }

    #[test]
    fn the_table_is_bounded() {
        let sources = Sources::default();
        let number = |n: usize| IpAddr::from(Ipv4Addr::from_bits(n as u32));
        let visits: Vec<_> =
            (0..MAX_SOURCES).map(|n| sources.enter(number(n), 9).unwrap()).collect();
        assert_eq!(sources.enter(number(MAX_SOURCES), 9).unwrap_err(), Full::Table);
        sources.enter(number(0), 9).unwrap();
        visits.into_iter().for_each(|visit| sources.leave(visit));
        sources.enter(number(MAX_SOURCES), 9).unwrap();
    }
}
