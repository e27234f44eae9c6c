//! How many connections each source has open.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::layers::admission::{MAX_SOURCES, Source};

/// The sources that have a connection open.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources(Arc<Mutex<HashMap<Source, usize>>>);

/// One connection from a source, given back on drop.
#[derive(Debug)]
pub(super) struct Visit {
    sources: Sources,
    source: Source,
}

/// Why a source may open no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    Source,
    Table,
}

impl Sources {
    pub(super) fn enter(&self, address: IpAddr, limit: usize) -> Result<Visit, Full> {
        let source = Source::from(address);
        let mut open = self.open();
        let count = open.get(&source).copied().unwrap_or_default();
        if count >= limit {
            return Err(Full::Source);
        }
        if count == 0 && open.len() >= MAX_SOURCES {
            return Err(Full::Table);
        }
        open.insert(source, count + 1);
        Ok(Visit { sources: self.clone(), source })
    }

    fn leave(&self, source: Source) {
        let mut open = self.open();
        match open.get_mut(&source) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.remove(&source)),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.sources.leave(self.source);
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
        drop(first);
        assert_eq!(sources.open().len(), 1);
        drop(second);
        assert!(sources.open().is_empty());
    }

    #[test]
    fn the_table_is_bounded() {
        let sources = Sources::default();
        let number = |n: usize| IpAddr::from(Ipv4Addr::from_bits(n as u32));
        let visits: Vec<_> =
            (0..MAX_SOURCES).map(|n| sources.enter(number(n), 9).unwrap()).collect();
        assert_eq!(sources.enter(number(MAX_SOURCES), 9).unwrap_err(), Full::Table);
        sources.enter(number(0), 9).unwrap();
        drop(visits);
        sources.enter(number(MAX_SOURCES), 9).unwrap();
    }
}
