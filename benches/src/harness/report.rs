use super::{
    Subject,
    statistics::{median, quantile, ratios, standard_error},
    subject::{Bar, Role},
};

/// The figures of one run of a table.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) lines: Vec<Line>,
    tolerance: f64,
}

/// The figures of one subject.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) subject: Subject,
    /// The median, in the table's unit.
    pub(crate) value: f64,
    /// The median of the ratios to the baseline of the same round.
    pub(crate) ratio: f64,
    /// The tenth and the ninetieth percentile of these ratios.
    pub(crate) spread: (f64, f64),
    /// The standard error of [`ratio`](Self::ratio).
    pub(crate) error: f64,
}

/// What a table says, from best to worst.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Verdict {
    /// Every bar is reached.
    Met,
    /// At least one bar is missed.
    Missed,
    /// The control arm strayed: no verdict.
    Void,
}

impl Report {
    /// # Panics
    ///
    /// If no subject is the baseline.
    pub(crate) fn new(measured: Vec<(Subject, Vec<f64>)>, tolerance: f64) -> Self {
        let (_, baseline) = measured
            .iter()
            .find(|(subject, _)| subject.role == Role::Baseline)
            .expect("every table has a baseline");
        let baseline = baseline.clone();
        let line = |(subject, values)| Line::new(subject, values, &baseline);
        Self { lines: measured.into_iter().map(line).collect(), tolerance }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        let lines = self.lines.iter().map(|line| self.verdict_on(line));
        lines.max().unwrap_or(Verdict::Met)
    }

    pub(crate) fn verdict_on(&self, line: &Line) -> Verdict {
        match line.subject.role {
            Role::Control if self.is_stray(line) => Verdict::Void,
            _ if line.subject.bars.iter().all(|bar| self.is_met(line, bar)) => Verdict::Met,
            _ => Verdict::Missed,
        }
    }

    /// Off, or so scattered that it might be.
    fn is_stray(&self, control: &Line) -> bool {
        (control.ratio - 1.0).abs() > self.tolerance || control.error > self.tolerance
    }

    fn is_met(&self, line: &Line, bar: &Bar) -> bool {
        match *bar {
            Bar::AtMost(most) => line.ratio <= most,
            Bar::Below(other) => line.ratio < self.ratio(other),
            Bar::Within(above, other) => line.ratio <= self.ratio(other) + above,
            Bar::Faster(times, other) => self.ratio(other) / line.ratio >= times,
            Bar::PerSecond(least) => 1e6 / line.value >= least,
            Bar::Value(most) => line.value <= most,
            Bar::Share(least) => {
                line.subject.share.as_ref().is_some_and(|share| share.value() >= least)
            }
        }
    }

    /// # Panics
    ///
    /// If there is no such subject.
    fn ratio(&self, name: &str) -> f64 {
        let line = self.lines.iter().find(|line| line.subject.name == name);
        line.unwrap_or_else(|| panic!("a bar names \"{name}\", which is not measured")).ratio
    }
}

impl Line {
    fn new(subject: Subject, values: Vec<f64>, baseline: &[f64]) -> Self {
        let ratios = ratios(&values, baseline);
        Self {
            subject,
            value: median(&values),
            ratio: median(&ratios),
            spread: (quantile(&ratios, 0.1), quantile(&ratios, 0.9)),
            error: standard_error(&ratios),
        }
    }
}
