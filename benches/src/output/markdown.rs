use std::fmt::{self, Write};

use super::{environment, text};
use crate::{
    happy_eyeballs,
    harness::{Report, Role, Table, Verdict},
    tables::MILLISECONDS,
};

/// A measured table.
pub(crate) type Measured = (&'static Table, Report);

/// Everything, with a chart for each table.
pub(crate) fn document(measured: &[Measured]) -> Result<String, fmt::Error> {
    let mut page = String::from(INTRODUCTION);
    for (name, fact) in environment::facts() {
        writeln!(page, "- {name}: {fact}")?;
    }
    for (table, report) in measured {
        writeln!(page, "\n## {}\n\n{}.\n", table.name, sentence(table.about))?;
        writeln!(page, "![{}](figures/{}.svg)\n", table.about, table.name)?;
        write!(page, "{}", self::table(table, report)?)?;
    }
    Ok(page)
}

const INTRODUCTION: &str = "\
# Figures

Written by `cargo run --release -p tower-socket-benches -- --write`; `--help` says
what else there is.

Client and server share one thread and one runtime, unless a table says
otherwise. In each round every subject runs once for a few milliseconds, in an
order that is rotated and reversed; a ratio is the median, over the rounds, of
the CPU time divided by that of the first subject in the same round, and p10–p90
is the spread of these. A/A is the first subject a second time: where it strays,
the run is void and repeated.

";

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// One table.
pub(crate) fn table(table: &Table, report: &Report) -> Result<String, fmt::Error> {
    let mut rows = format!("| | {} | ratio | p10–p90 | to reach | |\n", table.unit);
    rows.push_str("|---|--:|--:|---|---|---|\n");
    for line in &report.lines {
        writeln!(
            rows,
            "| {} | {:.1} | {:.3} | {} | {} | {} |",
            escaped(&line.subject.name),
            line.value,
            line.ratio,
            text::spread(line),
            text::bars(line),
            text::word(report, line)
        )?;
    }
    Ok(rows)
}

/// One row for each table of costs: what is bare, what others are, and ours. What
/// is void is left out.
pub(crate) fn summary(measured: &[Measured]) -> Result<String, fmt::Error> {
    let mut rows = String::from("| | bare | others | tower-socket |\n|---|---|---|---|\n");
    let costs = measured.iter().filter(|(table, _)| table.unit != MILLISECONDS);
    for (table, report) in costs.filter(|(_, report)| report.verdict() != Verdict::Void) {
        let bare = report.lines.iter().filter(|line| line.subject.role == Role::Baseline);
        let bare =
            bare.map(|line| format!("{}: {:.1} {}", line.subject.name, line.value, table.unit));
        writeln!(
            rows,
            "| {} | {} | {} | {} |",
            table.about,
            bare.collect::<String>(),
            named(report, Role::Peer),
            named(report, Role::Ours)
        )?;
    }
    Ok(rows)
}

fn named(report: &Report, role: Role) -> String {
    let lines = report.lines.iter().filter(|line| line.subject.role == role);
    let cells = lines.map(|line| format!("{}: × {:.3}", escaped(&line.subject.name), line.ratio));
    cells.collect::<Vec<_>>().join("<br>")
}

/// `<dyn>` is no element.
fn escaped(name: &str) -> String {
    name.replace('<', "&lt;").replace('>', "&gt;")
}

/// One row for each half-broken network, one column for each client.
pub(crate) fn half_broken(measured: &[Measured]) -> Result<String, fmt::Error> {
    let mut rows = String::new();
    for (table, report) in measured.iter().filter(|(table, _)| table.unit == MILLISECONDS) {
        if rows.is_empty() {
            let names = report.lines.iter().map(|line| line.subject.name.as_str());
            writeln!(rows, "| | {} |", names.collect::<Vec<_>>().join(" | "))?;
            writeln!(rows, "|---|{}", "---|".repeat(report.lines.len()))?;
        }
        let cells = report.lines.iter().map(|line| match line.subject.note {
            Some(happy_eyeballs::GIVEN_UP) => format!("> {:.0} s", line.value / 1e3),
            outcome => format!("{:.0} ms, {}", line.value, outcome.unwrap_or_default()),
        });
        writeln!(rows, "| {} | {} |", table.about, cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(rows)
}
