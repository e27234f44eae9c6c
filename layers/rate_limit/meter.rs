//! A rate that can change.

use std::{
    fmt,
    hash::Hash,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use governor::{NotUntil, RateLimiter, middleware::NoOpMiddleware, state::StateStore};
use tokio::time::Instant;

use super::{Rate, clock::Clock};

/// Lets in at a rate, or everyone where there is none. `S` remembers who came.
pub(super) struct Meter<S: StateStore>(RwLock<Option<Running<S>>>);

struct Running<S: StateStore> {
    rate: Rate,
    state: S,
    interval: Duration,
    /// None at a rate of 0.
    limiter: Option<Limiter<S>>,
}

type Limiter<S> = RateLimiter<<S as StateStore>::Key, S, Clock, NoOpMiddleware<Duration>>;

/// One comes before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooEarly {
    pub(super) rate: Rate,
    /// At a rate of 0 there is no such time.
    pub(super) until: Option<Instant>,
}

impl<S> Meter<S>
where
    S: StateStore<Key: Clone + Eq + Hash> + Clone + Default,
{
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self(RwLock::new(rate.map(Running::new)))
    }

    /// Begins with what may come in a burst.
    pub(super) fn set(&self, rate: Option<Rate>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rate.map(Running::new);
    }

    /// Lets one in: what `admitted` makes of the state and of the interval in
    /// which one may come, where there is a rate.
    pub(super) fn check<T>(
        &self,
        key: &S::Key,
        admitted: impl FnOnce(&S, Duration) -> T,
    ) -> Result<Option<T>, TooEarly> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Some(running) => {
                running.check(key)?;
                Ok(Some(admitted(&running.state, running.interval)))
            }
            None => Ok(None),
        }
    }
}

impl<S> Running<S>
where
    S: StateStore<Key: Clone + Eq + Hash> + Clone + Default,
{
    fn new(rate: Rate) -> Self {
        let (state, quota) = (S::default(), rate.quota());
        let limiter = quota.map(|quota| RateLimiter::new(quota, state.clone(), Clock::start()));
        let interval = quota.map_or(Duration::MAX, |quota| quota.replenish_interval());
        Self { rate, state, interval, limiter }
    }

    fn check(&self, key: &S::Key) -> Result<(), TooEarly> {
        let too_early = |until| TooEarly { rate: self.rate, until };
        let limiter = self.limiter.as_ref().ok_or_else(|| too_early(None))?;
        let when = |not: NotUntil<Duration>| limiter.clock().at(not.earliest_possible());
        limiter.check_key(key).map_err(|not| too_early(Some(when(not))))
    }
}

impl<S: StateStore> fmt::Debug for Meter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running = self.0.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("Meter").field(&running.as_ref().map(|running| running.rate)).finish()
    }
}
