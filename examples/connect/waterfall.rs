//! The rows as bars over the time, 80 columns wide.

use std::time::Duration;

use super::race::{Outcome, Race, Row, milliseconds};

const WIDTH: usize = 80;
/// ` 1234.5 ms  ECONNREFUSED` beside each bar.
const BESIDE: usize = 26;
const PHASE: usize = 5;
/// An IPv6 address that is no longer than most.
const LONGEST: usize = 34;

struct Scale {
    cells: usize,
    end: f64,
    step: f64,
}

pub(crate) fn draw(race: &Race, colored: bool) -> String {
    let names = race.rows.iter().map(|row| row.shown().chars().count());
    let name = names.max().unwrap_or(0).clamp(8, LONGEST);
    let scale = Scale::new(race.elapsed, WIDTH - PHASE - name - 2 - BESIDE);
    let mut picture = scale.head(PHASE + name + 2) + "\n";
    for row in &race.rows {
        let shown = if row.phase == "TLS" { String::new() } else { shortened(&row.shown(), name) };
        let bar = painted(&scale.bar(row), row.outcome, colored);
        let took = milliseconds(row.end - row.start);
        let line = format!("{:PHASE$}{shown:name$}  {bar} {took:7.1} ms  {}", row.phase, row.note);
        picture += &format!("{}\n", line.trim_end());
        if !row.reason.is_empty() {
            picture += &format!("{:PHASE$}{}\n", "", shortened(&row.reason, WIDTH - PHASE));
        }
    }
    picture
}

impl Scale {
    fn new(elapsed: Duration, cells: usize) -> Self {
        let end = milliseconds(elapsed).max(0.001);
        // No label is closer to the next than this many cells.
        let ticks = (cells / 8).max(1) as f64;
        let power = 10_f64.powf((end / ticks).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = steps.into_iter().find(|step| end / step <= ticks).unwrap_or(end);
        Self { cells, end, step }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        (0..).map(|nth| f64::from(nth) * self.step).take_while(|tick| *tick < self.end)
    }

    fn cell(&self, milliseconds: f64) -> usize {
        ((milliseconds / self.end * self.cells as f64) as usize).min(self.cells - 1)
    }

    fn head(&self, indent: usize) -> String {
        let places = if self.step < 0.1 { 2 } else { usize::from(self.step < 1.0) };
        let mut head = " ".repeat(indent);
        for tick in self.ticks() {
            let at = indent + self.cell(tick);
            let label = if tick == 0.0 { "0".to_owned() } else { format!("{tick:.places$}") };
            head += &" ".repeat(at.saturating_sub(head.len()));
            head += &label;
        }
        head + " ms"
    }

    /// In half cells, over a grid; what took no time is one cell.
    fn bar(&self, row: &Row) -> String {
        let half = |time| (milliseconds(time) / self.end * self.cells as f64 * 2.0) as usize;
        let first = half(row.start).min(self.cells * 2 - 2);
        let end = half(row.end).max(first + 2);
        let grid: Vec<_> = self.ticks().map(|tick| self.cell(tick)).collect();
        let [whole, left, right] = strokes(row.outcome);
        let stroke = |cell: usize| match (
            first <= cell * 2 && cell * 2 < end,
            first < cell * 2 + 2 && cell * 2 + 1 < end,
        ) {
            (true, true) => whole,
            (true, false) => left,
            (false, true) => right,
            (false, false) if grid.contains(&cell) => '┊',
            (false, false) => ' ',
        };
        (0..self.cells).map(stroke).collect()
    }
}

/// The winner's is heavy.
fn strokes(outcome: Outcome) -> [char; 3] {
    if outcome == Outcome::Won { ['━', '╸', '╺'] } else { ['─', '╴', '╶'] }
}

fn painted(bar: &str, outcome: Outcome, colored: bool) -> String {
    let color = match outcome {
        Outcome::Won => "32",
        Outcome::Failed => "31",
        Outcome::Done => "34",
        Outcome::Canceled | Outcome::Pending => "33",
    };
    let stroke = bar.trim_matches([' ', '┊']);
    if colored {
        bar.replacen(stroke, &format!("\x1b[{color}m{stroke}\x1b[0m"), 1)
    } else {
        bar.to_owned()
    }
}

/// Without its middle, if it is too long.
fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    let start: String = text.chars().take(head).collect();
    start + "…" + &text.chars().skip(count - tail).collect::<String>()
}
