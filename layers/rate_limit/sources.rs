//! A bucket for each source.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use governor::{nanos::Nanos, state::StateStore};

use crate::layers::admission::{MAX_SOURCES, Source};

/// The buckets of the sources that came last. A new one takes the place of the
/// one that did not come for the longest time.
#[derive(Clone, Default)]
pub(super) struct Sources(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    seen: HashMap<Source, Seen>,
    /// The sources by when they came, the oldest first.
    by_age: BTreeMap<u64, Source>,
    visits: u64,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    full: Option<Nanos>,
    visit: u64,
}

impl Sources {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Sources {
    type Key = Source;

    fn measure_and_replace<T, F, E>(&self, source: &Source, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut table = self.table();
        let full = table.visit(*source);
        let (measured, next) = measure(*full)?;
        *full = Some(next);
        Ok(measured)
    }
}

impl Table {
    /// When the source's bucket will be full again.
    fn visit(&mut self, source: Source) -> &mut Option<Nanos> {
        self.make_room(source);
        self.visits += 1;
        let seen = self.seen.entry(source).or_default();
        self.by_age.remove(&seen.visit);
        self.by_age.insert(self.visits, source);
        seen.visit = self.visits;
        &mut seen.full
    }

    fn make_room(&mut self, source: Source) {
        if self.seen.len() >= MAX_SOURCES
            && !self.seen.contains_key(&source)
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.seen.remove(&oldest);
        }
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("seen", &self.table().seen.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::Duration,
    };

    use super::*;
    use crate::layers::rate_limit::{Rate, meter::Meter};

    fn source(number: usize) -> Source {
        IpAddr::from(Ipv4Addr::from_bits(u32::try_from(number).unwrap())).into()
    }

    fn lets_in(meter: &Meter<Sources>, number: usize) -> bool {
        meter.check(&source(number), |_, _| ()).is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn the_table_is_bounded_and_the_one_idle_longest_leaves() {
        let meter = Meter::new(Some(Rate::per_hour(1)));
        for number in 0..MAX_SOURCES {
            assert!(lets_in(&meter, number));
        }
        assert!(!lets_in(&meter, 0), "it is here, and comes again");
        assert!(lets_in(&meter, MAX_SOURCES), "in the place of 1");
        assert!(!lets_in(&meter, 0));
        assert!(!lets_in(&meter, 2));
        assert!(lets_in(&meter, 1), "it was forgotten, and takes the place of 3");
        assert!(!lets_in(&meter, 4));
        assert!(lets_in(&meter, 3));
        meter
            .check(&source(MAX_SOURCES + 1), |sources, _| {
                let table = sources.table();
                assert_eq!(table.seen.len(), MAX_SOURCES);
                assert_eq!(table.by_age.len(), MAX_SOURCES);
            })
            .unwrap();
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert!(lets_in(&meter, 0));
    }
}
