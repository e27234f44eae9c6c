//! How many connections there may be, which can change while they are open.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Semaphore;

/// The permits that are free and those that are out are always as many as the
/// limit and the surplus together.
#[derive(Debug)]
pub(super) struct Total {
    limit: AtomicUsize,
    free: Arc<Semaphore>,
    /// Permits that are one too many since the limit was lowered. Whoever
    /// comes by one destroys it.
    surplus: AtomicUsize,
    changing: Mutex<()>,
}

/// Room for one connection, given back on drop.
#[derive(Debug)]
pub(super) struct Place(Arc<Total>);

impl Total {
    pub(super) fn new(limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        Self {
            limit: AtomicUsize::new(limit),
            free: Arc::new(Semaphore::new(limit)),
            surplus: AtomicUsize::new(0),
            changing: Mutex::new(()),
        }
    }

    pub(super) fn unlimited() -> Self {
        Self::new(Semaphore::MAX_PERMITS)
    }

    pub(super) fn limit(&self) -> usize {
        self.limit.load(Ordering::Acquire)
    }

    /// What can be waited for: a permit, to be made a [`Place`] with
    /// [`occupy`](Self::occupy).
    pub(super) fn free(&self) -> Arc<Semaphore> {
        self.free.clone()
    }

    pub(super) fn take(self: &Arc<Self>) -> Option<Place> {
        loop {
            self.free.try_acquire().ok()?.forget();
            if let Some(place) = self.occupy() {
                return Some(place);
            }
        }
    }

    /// The place that a permit stands for which was taken and forgotten; none
    /// where that was one too many.
    pub(super) fn occupy(self: &Arc<Self>) -> Option<Place> {
        (!self.is_surplus()).then(|| Place(self.clone()))
    }

    pub(super) fn set_limit(&self, limit: usize) {
        let _one_by_one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = limit.min(Semaphore::MAX_PERMITS);
        let before = self.limit.swap(limit, Ordering::AcqRel);
        if limit < before {
            self.shrink(before - limit);
        } else {
            self.grow(limit - before);
        }
    }

    fn shrink(&self, by: usize) {
        let free = self.free.forget_permits(by);
        self.surplus.fetch_add(by - free, Ordering::AcqRel);
    }

    fn grow(&self, by: usize) {
        let spared = |surplus: usize| Some(surplus.saturating_sub(by));
        let surplus = self.surplus.fetch_update(Ordering::AcqRel, Ordering::Acquire, spared);
        self.free.add_permits(by - surplus.unwrap_or_else(|same| same).min(by));
    }

    /// Whether a permit that nobody has now was one too many.
    fn is_surplus(&self) -> bool {
        let less = |surplus: usize| surplus.checked_sub(1);
        self.surplus.load(Ordering::Acquire) > 0
            && self.surplus.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.0.is_surplus() {
            self.0.free.add_permits(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(total: &Arc<Total>, number: usize) -> Vec<Place> {
        (0..number).map_while(|_| total.take()).collect()
    }

    #[test]
    fn places_beyond_a_lowered_limit_are_not_given_again() {
        let total = Arc::new(Total::new(4));
        let mut taken = take(&total, 3);
        total.set_limit(1);
        assert!(total.take().is_none());
        taken.pop();
        taken.pop();
        assert!(total.take().is_none());
        taken.pop();
        assert_eq!(take(&total, 9).len(), 1);
    }

    #[test]
    fn a_raised_limit_first_spares_what_was_too_many() {
        let total = Arc::new(Total::new(4));
        let taken = take(&total, 4);
        total.set_limit(1);
        total.set_limit(5);
        let more = take(&total, 9);
        assert_eq!(more.len(), 1);
        drop((taken, more));
        assert_eq!(take(&total, 9).len(), 5);
    }

    #[test]
    fn none_and_all_are_limits_as_well() {
        let total = Arc::new(Total::unlimited());
        let taken = take(&total, 9);
        total.set_limit(0);
        assert!(total.take().is_none());
        total.set_limit(usize::MAX);
        assert!(total.take().is_some());
        drop(taken);
        total.set_limit(2);
        assert_eq!(take(&total, 9).len(), 2);
    }
}
