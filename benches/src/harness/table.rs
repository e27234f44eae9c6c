use tokio::runtime::Builder;

use super::{
    Arm, BoxError, LocalFuture, Settings,
    report::{Report, print},
    rounds::sample,
};

/// Arms that do the same operation in different ways.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// The operation, in one line.
    pub(crate) about: &'static str,
    /// Starts the servers and builds the arms, inside the runtime of a run.
    pub(crate) arms: fn() -> LocalFuture<'static, Result<Vec<Arm>, BoxError>>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a table says, from best to worst.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Verdict {
    /// Every arm is within its bar.
    Met,
    /// At least one arm is over its bar.
    Missed,
    /// The control arm strayed: no verdict.
    Void,
}

/// Measures and prints a table, again while the control arm strays.
pub(crate) fn measure(table: &Table, settings: &Settings) -> Result<Verdict, BoxError> {
    for attempt in 1..=settings.attempts {
        let report = run(table, settings)?;
        print(table, settings, &report);
        match report.verdict() {
            Verdict::Void => eprintln!(
                "void: the A/A arm left 0.99–1.01, the machine is too busy (run {attempt} of {})\n",
                settings.attempts
            ),
            verdict => return Ok(verdict),
        }
    }
    Ok(Verdict::Void)
}

/// One run on a runtime of its own, which ends the servers with it.
fn run(table: &Table, settings: &Settings) -> Result<Report, BoxError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut arms = (table.arms)().await?;
        let samples = sample(&mut arms, settings).await?;
        Ok(Report::new(&arms, &samples))
    })
}
