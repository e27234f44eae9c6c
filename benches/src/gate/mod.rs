//! The short form: whether a ratio is worse than the one that is committed.

mod committed;
pub(crate) mod instructions;

use self::committed::{Committed, Figure};
use crate::{
    harness::{self, BoxError, Line, Report, Role, Settings, Table, Verdict},
    output::text,
    tables::TABLES,
};

const FILE: &str = "committed.tsv";

/// What is checked: CPU time on one thread, where the machine's noise hardly
/// shows.
const CHECKED: &[&str] =
    &["connect", "accept", "tls-client", "tls-server", "ping-pong", "ping-pong-tls"];

/// Rounds of a table; those of the committed figures are the program's default.
const ROUNDS: u32 = 40;

/// How often a table is measured before it is believed to be worse.
const TRIES: u32 = 3;

/// What the layout of one build and the next may differ by.
const LAYOUT: f64 = 0.015;

/// Standard errors that a figure may be off by.
const ERRORS: f64 = 3.0;

/// Measures what [`check`] compares with, and writes it down.
pub(crate) fn renew(settings: &Settings) -> Result<(), BoxError> {
    let mut committed = Committed::default();
    for table in checked() {
        let report = harness::measure(table, settings, |report| text::print(table, report))?;
        if report.verdict() == Verdict::Void {
            return Err("the machine is too busy: nothing was written".into());
        }
        for line in ours(&report) {
            let figure = Figure { ratio: line.ratio, error: line.error };
            committed.insert(table.name, &line.subject.name, figure);
        }
    }
    committed.write(FILE)
}

/// Whether nothing is worse. A table whose control strays each time is
/// reported, and not held against the code.
pub(crate) fn check() -> Result<bool, BoxError> {
    let committed = Committed::read(FILE)?;
    let mut good = true;
    for table in checked() {
        good &= check_table(table, &committed)?;
    }
    Ok(good)
}

fn check_table(table: &'static Table, committed: &Committed) -> Result<bool, BoxError> {
    let settings = Settings { rounds: ROUNDS, attempts: TRIES, ..Settings::default() };
    let mut worse = Vec::new();
    for _ in 0..TRIES {
        let report = harness::measure(table, &settings, |_| ())?;
        if report.verdict() == Verdict::Void {
            println!("{}: void, the machine is too busy", table.name);
            return Ok(true);
        }
        worse = complaints(table, &report, committed)?;
        if worse.is_empty() {
            println!("{}: as committed, or better", table.name);
            return Ok(true);
        }
    }
    worse.iter().for_each(|complaint| println!("{complaint}"));
    Ok(false)
}

fn complaints(
    table: &Table,
    report: &Report,
    committed: &Committed,
) -> Result<Vec<String>, BoxError> {
    let mut complaints = Vec::new();
    for line in ours(report) {
        let name = &line.subject.name;
        let figure = committed.figure(table.name, name)?;
        let noise = figure.noise(line);
        if line.ratio > figure.ratio + noise {
            complaints.push(format!(
                "{}, {name}: {:.3} is worse than the committed {:.3} by more than {noise:.3}",
                table.name, line.ratio, figure.ratio
            ));
        }
    }
    Ok(complaints)
}

impl Figure {
    /// How much two honest measurements may differ by.
    fn noise(&self, line: &Line) -> f64 {
        LAYOUT.max(ERRORS * self.error.hypot(line.error))
    }
}

fn checked() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| CHECKED.contains(&table.name))
}

fn ours(report: &Report) -> impl Iterator<Item = &Line> {
    report.lines.iter().filter(|line| line.subject.role == Role::Ours)
}
