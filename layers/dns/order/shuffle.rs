use std::hash::{BuildHasher, Hasher, RandomState};

/// Where chance comes from: a number below the given one.
#[derive(Clone, Copy, Debug)]
pub(in crate::layers::dns) struct Random(fn(u64) -> u64);

impl Random {
    /// Every order is equally likely (Fisher and Yates).
    pub(super) fn shuffle<T>(self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = (self.0)(last as u64 + 1);
            list.swap(last, usize::try_from(other).unwrap_or(last));
        }
    }

    #[cfg(test)]
    pub(super) fn keeping() -> Self {
        Self(|below| below - 1)
    }
}

impl Default for Random {
    fn default() -> Self {
        // Every `RandomState` has keys of its own.
        Self(|below| RandomState::new().build_hasher().finish() % below)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_order_occurs() {
        let orders = (0..1000).map(|_| {
            let mut list = [1, 2, 3];
            Random::default().shuffle(&mut list);
            list
        });
        assert_eq!(orders.collect::<HashSet<_>>().len(), 6);
    }
}
