use std::fmt;

use super::{
    Arm, Settings, Table, Verdict,
    arm::Role,
    rounds::Samples,
    statistics::{median, quantile, ratios},
};

/// How far the control arm may stray before the run is void.
const TRUSTED: std::ops::RangeInclusive<f64> = 0.99..=1.01;

/// The figures of one run of a table.
#[derive(Debug)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

/// The figures of one arm.
#[derive(Debug)]
struct Line {
    name: &'static str,
    role: Role,
    /// Median CPU time of an operation, in microseconds.
    microseconds: f64,
    ratio: f64,
    /// The tenth and the ninetieth percentile of the rounds' ratios.
    spread: (f64, f64),
}

impl Report {
    /// # Panics
    ///
    /// If no arm is the baseline.
    pub(crate) fn new(arms: &[Arm], samples: &Samples) -> Self {
        let baseline = arms
            .iter()
            .position(|arm| arm.role == Role::Baseline)
            .expect("every table has a baseline");
        let lines = arms
            .iter()
            .zip(samples)
            .map(|(arm, values)| Line::new(arm, values, &samples[baseline]))
            .collect();
        Self { lines }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let arms = self.lines.iter().map(Line::verdict);
        arms.max().unwrap_or(Verdict::Met)
    }
}

impl Line {
    fn new(arm: &Arm, values: &[f64], baseline: &[f64]) -> Self {
        let ratios = ratios(values, baseline);
        Self {
            name: arm.name,
            role: arm.role,
            microseconds: median(values) * 1e6,
            ratio: median(&ratios),
            spread: (quantile(&ratios, 0.1), quantile(&ratios, 0.9)),
        }
    }

    fn verdict(&self) -> Verdict {
        match self.role {
            Role::Control if !TRUSTED.contains(&self.ratio) => Verdict::Void,
            Role::Barred(bar) if self.ratio > bar => Verdict::Missed,
            _ => Verdict::Met,
        }
    }

    fn bar(&self) -> String {
        match self.role {
            Role::Baseline => String::new(),
            Role::Control => "±0.010".to_owned(),
            Role::Barred(bar) => format!("≤{bar:.3}"),
        }
    }

    fn word(&self) -> &'static str {
        match (self.role, self.verdict()) {
            (Role::Baseline, _) => "baseline",
            (_, Verdict::Met) => "ok",
            (_, Verdict::Missed) => "OVER",
            (_, Verdict::Void) => "VOID",
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = self.spread;
        write!(
            f,
            "  {:<36} {:>10.2} {:>7.3}   {low:.3}–{high:.3} {:>8}   {}",
            self.name,
            self.microseconds,
            self.ratio,
            self.bar(),
            self.word()
        )
    }
}

/// Prints one run of a table.
pub(crate) fn print(table: &Table, settings: &Settings, report: &Report) {
    println!("{}: {} ({} rounds)", table.name, table.about, settings.rounds);
    println!(
        "  {:<36} {:>10} {:>7}   {:<11} {:>8}   verdict",
        "arm", "CPU µs/op", "ratio", "p10–p90", "bar"
    );
    for line in &report.lines {
        println!("{line}");
    }
    println!();
}
