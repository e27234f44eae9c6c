use std::{fmt, io, panic::resume_unwind, thread};

use tokio::runtime::{Builder, Runtime};

use super::{
    Arm, BoxError, Clock, LocalFuture, Settings, Subject,
    report::{Report, Verdict},
    rounds::sample,
};

/// An operation, done in different ways.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The operation, in one line.
    pub(crate) about: &'static str,
    /// What a value counts.
    pub(crate) unit: &'static str,
    pub(crate) measure: Measure,
}

/// How the figures come about.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    /// In rounds, paired with the baseline.
    Paired(Paired),
    /// In a way of its own.
    Own(fn(&Settings) -> Result<Report, BoxError>),
}

/// Arms that take turns in one process.
#[derive(Clone, Copy)]
pub(crate) struct Paired {
    pub(crate) clock: Clock,
    /// How many threads the runtime has; client and server share it.
    pub(crate) threads: usize,
    /// What one run of an arm's operation counts as.
    pub(crate) operations: u32,
    pub(crate) enter: fn() -> Result<(), BoxError>,
    /// Starts the servers and builds the arms, inside the runtime of a run.
    pub(crate) arms: fn() -> LocalFuture<'static, Result<Vec<Arm>, BoxError>>,
}

impl Paired {
    /// CPU time on one thread, one operation after the other.
    pub(crate) const fn new(
        arms: fn() -> LocalFuture<'static, Result<Vec<Arm>, BoxError>>,
    ) -> Self {
        Self { clock: Clock::Cpu, threads: 1, operations: 1, enter: || Ok(()), arms }
    }

    /// The time that passes instead.
    pub(crate) const fn wall(self) -> Self {
        Self { clock: Clock::Wall, ..self }
    }

    /// Run first, on the thread of the table, and undone by its end.
    pub(crate) const fn entering(self, enter: fn() -> Result<(), BoxError>) -> Self {
        Self { enter, ..self }
    }

    pub(crate) const fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// One run of an arm's operation counts as so many.
    pub(crate) const fn at_a_time(self, operations: u32) -> Self {
        Self { operations, ..self }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Measures a table, again while the control arm strays, and shows each run to
/// `seen`.
pub(crate) fn measure(
    table: &Table,
    settings: &Settings,
    mut seen: impl FnMut(&Report),
) -> Result<Report, BoxError> {
    let mut attempt = 1;
    loop {
        let report = run(table, settings)?;
        seen(&report);
        if report.verdict() != Verdict::Void || attempt >= settings.attempts {
            return Ok(report);
        }
        eprintln!(
            "void: the A/A arm strayed, the machine is too busy (run {attempt} of {})\n",
            settings.attempts
        );
        attempt += 1;
    }
}

/// Does each wanted subject's operation so often, without measuring: a few times
/// to warm up, then between two calls of `mark`.
pub(crate) fn between(
    table: &Table,
    times: u32,
    mark: fn(),
    wanted: fn(&Subject) -> bool,
) -> Result<Vec<Subject>, BoxError> {
    let Measure::Paired(paired) = table.measure else { return Ok(Vec::new()) };
    on_a_thread(|| {
        (paired.enter)()?;
        paired.runtime()?.block_on(async {
            let mut subjects = Vec::new();
            let mut arms = (paired.arms)().await?;
            for arm in arms.iter_mut().filter(|arm| wanted(&arm.subject)) {
                arm.repeat(times.div_ceil(5)).await?;
                mark();
                arm.repeat(times).await?;
                mark();
                subjects.push(arm.subject.clone());
            }
            Ok(subjects)
        })
    })
}

fn run(table: &Table, settings: &Settings) -> Result<Report, BoxError> {
    match table.measure {
        Measure::Paired(paired) => on_a_thread(|| paired.run(settings)),
        Measure::Own(measure) => measure(settings),
    }
}

/// What a table does to its thread ends with it.
fn on_a_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let result = thread::scope(|scope| scope.spawn(work).join());
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

impl Paired {
    /// One run on a runtime of its own, which ends the servers with it.
    fn run(&self, settings: &Settings) -> Result<Report, BoxError> {
        (self.enter)()?;
        self.runtime()?.block_on(async {
            let mut arms = (self.arms)().await?;
            let mut samples = sample(&mut arms, self.clock, settings).await?;
            let microseconds = 1e6 / f64::from(self.operations);
            samples.iter_mut().flatten().for_each(|seconds| *seconds *= microseconds);
            let subjects = arms.into_iter().map(|arm| arm.subject);
            Ok(Report::new(subjects.zip(samples).collect(), self.tolerance()))
        })
    }

    /// How far the control arm may stray before a run is void.
    fn tolerance(&self) -> f64 {
        match (self.clock, self.threads) {
            (Clock::Cpu, 1) => 0.01,
            (Clock::Cpu, _) => 0.03,
            (Clock::Wall, _) => 0.05,
        }
    }

    fn runtime(&self) -> io::Result<Runtime> {
        match self.threads {
            1 => Builder::new_current_thread().enable_all().build(),
            threads => Builder::new_multi_thread().worker_threads(threads).enable_all().build(),
        }
    }
}
