use std::time::Duration;

use super::{Arm, BoxError, clock::Clock, order::order, subject::Role};

/// How long and how often arms run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// How often every arm runs.
    pub(crate) rounds: u32,
    /// Time of one run of the baseline.
    pub(crate) slice: Duration,
    /// Runs of a table before it is given up as void.
    pub(crate) attempts: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rounds: 80, slice: Duration::from_micros(6_500), attempts: 4 }
    }
}

/// Seconds an operation took: one value per round, one list per arm.
pub(crate) type Samples = Vec<Vec<f64>>;

/// Runs every arm once per round.
pub(crate) async fn sample(
    arms: &mut [Arm],
    clock: Clock,
    settings: &Settings,
) -> Result<Samples, BoxError> {
    let times = calibrate(arms, clock, settings.slice).await?;
    let rounds = settings.rounds / clock.patience();
    let mut samples = vec![Vec::new(); arms.len()];
    for round in 0..rounds.max(1) as usize {
        for index in order(arms.len(), round) {
            let spent = time(&mut arms[index], clock, times).await?;
            samples[index].push(spent.as_secs_f64() / f64::from(times));
        }
    }
    Ok(samples)
}

/// How many operations of the baseline fill one slice, the same number for all
/// arms. Warms every arm up on the way.
async fn calibrate(arms: &mut [Arm], clock: Clock, slice: Duration) -> Result<u32, BoxError> {
    let mut times = 1;
    loop {
        let mut baseline = Duration::MAX;
        for arm in arms.iter_mut() {
            let spent = time(arm, clock, times).await?;
            if arm.subject.role == Role::Baseline {
                baseline = spent;
            }
            if let Some(share) = &arm.subject.share {
                share.reset();
            }
        }
        if baseline >= slice {
            let fitting = f64::from(times) * slice.as_secs_f64() / baseline.as_secs_f64();
            return Ok((fitting as u32).max(1));
        }
        times *= 2;
    }
}

async fn time(arm: &mut Arm, clock: Clock, times: u32) -> Result<Duration, BoxError> {
    let start = clock.now()?;
    arm.repeat(times).await?;
    Ok(clock.now()?.saturating_sub(start))
}
