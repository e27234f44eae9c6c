//! The bucket that all connections take from.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{nanos::Nanos, state::StateStore};

use super::meter::{Meter, TooEarly};

/// When the bucket will be full again.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket(Arc<Mutex<Option<Nanos>>>);

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
    fn full(&self) -> MutexGuard<'_, Option<Nanos>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, interval: Duration) {
        let mut full = self.full();
        let interval = Nanos::from(interval).as_u64();
        *full = full.map(|full| full.as_u64().saturating_sub(interval).into());
    }
}

impl StateStore for Bucket {
    type Key = ();

    fn measure_and_replace<T, F, E>(&self, (): &(), measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut full = self.full();
        let (measured, next) = measure(*full)?;
        *full = Some(next);
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
