//! Reports as people read them.

use std::fmt;

use crate::harness::{Bar, Line, Report, Role, Table, Verdict};

/// Prints one run of a table.
pub(crate) fn print(table: &Table, report: &Report) {
    println!("{}: {}", table.name, table.about);
    println!(
        "  {:<38} {:>10} {:>7}   {:<13} {:<9} bar",
        "", table.unit, "ratio", "p10–p90", "verdict"
    );
    for line in &report.lines {
        println!(
            "  {:<38} {:>10.2} {:>7.3}   {:<13} {:<9} {}",
            line.subject.name,
            line.value,
            line.ratio,
            spread(line),
            word(report, line),
            bars(line)
        );
    }
    println!();
}

/// From the tenth to the ninetieth percentile.
pub(crate) fn spread(line: &Line) -> String {
    let (low, high) = line.spread;
    format!("{low:.3}–{high:.3}")
}

/// What is to be reached, and what else is known.
pub(crate) fn bars(line: &Line) -> String {
    let bars = line.subject.bars.iter().map(Bar::to_string);
    let share = line.subject.share.as_ref();
    let share = share.map(|share| format!("({:.1} % {})", share.value() * 100.0, share.word));
    let note = line.subject.note.map(|note| format!("({note})"));
    bars.chain(share).chain(note).collect::<Vec<_>>().join(", ")
}

pub(crate) fn word(report: &Report, line: &Line) -> &'static str {
    match (line.subject.role, report.verdict_on(line)) {
        (Role::Baseline, _) => "baseline",
        (_, Verdict::Void) => "void",
        (_, Verdict::Missed) => "missed",
        (Role::Control, _) => "ok",
        (_, Verdict::Met) if line.subject.bars.is_empty() => "",
        (_, Verdict::Met) => "met",
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "≤ {most:.3}"),
            Self::Below(other) => write!(f, "below {other}"),
            Self::Within(above, other) => write!(f, "≤ {other} + {above:.3}"),
            Self::Faster(times, other) => write!(f, "≥ {times} × the rate of {other}"),
            Self::PerSecond(least) => write!(f, "≥ {least:.0} a second"),
            Self::Value(most) => write!(f, "≤ {most:.0}"),
            Self::Share(least) => write!(f, "≥ {:.0} %", least * 100.0),
        }
    }
}
