//! A bar for each subject, as an SVG that is readable on light and on dark
//! pages.

use std::fmt::{self, Write};

use crate::harness::{Line, Report, Role, Table};

const ROW: f64 = 26.0;
const BAR: f64 = 16.0;
/// Where the bars begin, and how long the longest is.
const LEFT: f64 = 290.0;
const LONGEST: f64 = 270.0;
const WIDTH: f64 = 720.0;
const TOP: f64 = 34.0;

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#1f2328}\
.title{font-weight:600}.note{fill:#59636e}.end{text-anchor:end}\
.baseline{fill:#818b98}.peer{fill:#b6bfc8}.ours{fill:#0969da}\
.spread{stroke:#1f2328;stroke-width:1.5}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.note{fill:#9198a1}\
.baseline{fill:#9198a1}.peer{fill:#59636e}.ours{fill:#4493f8}.spread{stroke:#f0f6fc}}";

/// The control is left out: it says something about the run only.
pub(crate) fn svg(table: &Table, report: &Report) -> Result<String, fmt::Error> {
    let shown = || report.lines.iter().filter(|line| line.subject.role != Role::Control);
    let longest = shown().map(|line| line.value).fold(f64::MIN_POSITIVE, f64::max);
    let height = TOP + ROW * shown().count() as f64 + 6.0;
    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">"#
    )?;
    writeln!(svg, "<title>{}</title><style>{STYLE}</style>", escaped(table.about))?;
    writeln!(svg, r#"<text class="title" x="8" y="20">{}</text>"#, escaped(table.about))?;
    for (row, line) in shown().enumerate() {
        bar(&mut svg, TOP + ROW * row as f64, line, LONGEST / longest, table.unit)?;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn bar(svg: &mut String, top: f64, line: &Line, scale: f64, unit: &str) -> fmt::Result {
    let (length, middle) = (line.value * scale, top + ROW / 2.0);
    let (name, class) = (escaped(&line.subject.name), class(line.subject.role));
    let text = middle + 4.5;
    writeln!(svg, r#"<text class="end" x="{}" y="{text:.1}">{name}</text>"#, LEFT - 8.0)?;
    writeln!(
        svg,
        r#"<rect class="{class}" x="{LEFT}" y="{:.1}" width="{length:.1}" height="{BAR}" rx="2"/>"#,
        middle - BAR / 2.0
    )?;
    spread(svg, middle, line, scale)?;
    writeln!(
        svg,
        r#"<text class="note" x="{:.1}" y="{text:.1}">{} {unit} · {:.3}</text>"#,
        LEFT + length.max(end(line, scale)) + 8.0,
        short(line.value),
        line.ratio
    )
}

/// From the tenth to the ninetieth percentile, as far as the chart reaches.
fn spread(svg: &mut String, middle: f64, line: &Line, scale: f64) -> fmt::Result {
    let (low, high) = line.spread;
    if low == high {
        return Ok(());
    }
    let start = LEFT + low / line.ratio * line.value * scale;
    let end = LEFT + end(line, scale);
    debug_assert!(high >= low);
    writeln!(
        svg,
        r#"<line class="spread" x1="{start:.1}" x2="{end:.1}" y1="{middle:.1}" y2="{middle:.1}"/>"#
    )
}

fn end(line: &Line, scale: f64) -> f64 {
    (line.spread.1 / line.ratio * line.value * scale).min(LONGEST * 1.1)
}

fn class(role: Role) -> &'static str {
    match role {
        Role::Baseline | Role::Control => "baseline",
        Role::Peer => "peer",
        Role::Ours => "ours",
    }
}

fn short(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_name_with_brackets_is_text() {
        assert_eq!(escaped("Box<dyn> & more"), "Box&lt;dyn&gt; &amp; more");
    }
}
