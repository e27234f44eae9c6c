//! How many connections there may be, which can change while they are open.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Semaphore;

/// A place for each permit. Those that are free and those that are out are
/// always as many as the limit and the surplus together.
#[derive(Debug)]
pub(super) struct Total {
    limit: AtomicUsize,
    free: Arc<Semaphore>,
    /// Permits that are one too many since the limit was lowered. Whoever
    /// comes by one destroys it.
    surplus: AtomicUsize,
    changing: Mutex<()>,
}

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

    /// What can be waited for: a permit, to be [occupied](Self::occupy).
    pub(super) fn free(&self) -> Arc<Semaphore> {
        self.free.clone()
    }

    /// Takes one place, to be given back, where one is free.
    pub(super) fn take(&self) -> bool {
        while let Ok(permit) = self.free.try_acquire() {
            permit.forget();
            if self.occupy() {
                return true;
            }
        }
        false
    }

    /// Takes the place that a permit stands for which was acquired and forgotten;
    /// there is none where that was one too many.
    pub(super) fn occupy(&self) -> bool {
        !self.is_surplus()
    }

    pub(super) fn give_back(&self) {
        if !self.is_surplus() {
            self.free.add_permits(1);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many could be taken.
    fn take(total: &Total, number: usize) -> usize {
        (0..number).filter(|_| total.take()).count()
    }

    fn give_back(total: &Total, number: usize) {
        (0..number).for_each(|_| total.give_back());
    }

    #[test]
    fn places_beyond_a_lowered_limit_are_not_given_again() {
        let total = Total::new(4);
        assert_eq!(take(&total, 3), 3);
        total.set_limit(1);
        assert!(!total.take());
        give_back(&total, 2);
        assert!(!total.take());
        give_back(&total, 1);
        assert_eq!(take(&total, 9), 1);
    }

    #[test]
    fn a_raised_limit_first_spares_what_was_too_many() {
        let total = Total::new(4);
        assert_eq!(take(&total, 4), 4);
        total.set_limit(1);
        total.set_limit(5);
        assert_eq!(take(&total, 9), 1);
        give_back(&total, 5);
        assert_eq!(take(&total, 9), 5);
    }

    #[test]
    fn none_and_all_are_limits_as_well() {
        let total = Total::unlimited();
        assert_eq!(take(&total, 9), 9);
        total.set_limit(0);
        assert!(!total.take());
        total.set_limit(usize::MAX);
        assert!(total.take());
        give_back(&total, 10);
        total.set_limit(2);
        assert_eq!(take(&total, 9), 2);
    }
}
