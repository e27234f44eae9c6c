//! The bucket that all connections take from.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{nanos::Nanos, state::StateStore};

use super::meter::{Meter, TooEarly};
use crate::reconsider;

/// What all connections share.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// When the bucket will be full again.
    full: Option<Nanos>,
    /// Whether somebody came too early since a token was last given back.
    missed: bool,
}

/// Taken from the bucket, and given back on drop unless it is spent.
#[derive(Debug)]
#[must_use]
pub(super) struct Token(Option<(Bucket, Duration)>);

impl Meter<Bucket> {
    pub(super) fn take(&self) -> Result<Token, TooEarly> {
        self.check(&(), |bucket, interval| Token(Some((bucket.clone(), interval))))
            .map(|token| token.unwrap_or(Token(None)))
    }
}

impl Bucket {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever waits has it before its time.
    fn give_back(&self, interval: Duration) {
        if self.refill(Nanos::from(interval).as_u64()) {
            reconsider::everyone();
        }
    }

    /// Whether somebody may wait for it.
    fn refill(&self, interval: u64) -> bool {
        let mut state = self.state();
        state.full = state.full.map(|full| full.as_u64().saturating_sub(interval).into());
        mem::take(&mut state.missed)
    }
}

impl StateStore for Bucket {
    type Key = ();

    fn measure_and_replace<T, F, E>(&self, (): &(), measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut state = self.state();
        let measured = measure(state.full);
        state.missed |= measured.is_err();
        let (measured, next) = measured?;
        state.full = Some(next);
        Ok(measured)
    }
}

impl Token {
    pub(super) fn spend(mut self) {
        self.0 = None;
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if let Some((bucket, interval)) = self.0.take() {
            bucket.give_back(interval);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::rate_limit::Rate;

    #[tokio::test(start_paused = true)]
    async fn a_token_given_back_is_there_again_and_makes_no_bucket_too_full() {
        let meter = Meter::<Bucket>::new(Some(Rate::per_second(1).burst(2)));
        let idle = meter.take().unwrap();
        meter.take().unwrap().spend();
        meter.take().unwrap_err();
        drop(idle);
        let idle = meter.take().unwrap();
        tokio::time::advance(Duration::from_secs(9)).await;
        drop(idle);
        meter.take().unwrap().spend();
        meter.take().unwrap().spend();
        meter.take().unwrap_err();
    }
}
