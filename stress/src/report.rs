use std::fmt;

/// Figures, and the bounds that some of them have.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    name: String,
    figure: String,
    bound: Option<Bound>,
}

#[derive(Debug)]
struct Bound {
    text: String,
    is_met: bool,
}

impl Report {
    /// A figure that only informs.
    pub(crate) fn figure(&mut self, name: impl Into<String>, figure: impl fmt::Display) {
        self.lines.push(Line { name: name.into(), figure: figure.to_string(), bound: None });
    }

    /// A figure that must not be above `bound`.
    pub(crate) fn at_most(&mut self, name: impl Into<String>, figure: f64, bound: f64, unit: &str) {
        let is_met = figure <= bound;
        self.bounded(name, figure, Bound { text: format!("at most {bound}{unit}"), is_met }, unit);
    }

    /// A figure that must not be below `bound`.
    pub(crate) fn at_least(
        &mut self,
        name: impl Into<String>,
        figure: f64,
        bound: f64,
        unit: &str,
    ) {
        let is_met = figure >= bound;
        self.bounded(name, figure, Bound { text: format!("at least {bound}{unit}"), is_met }, unit);
    }

    /// A number that must be this one.
    pub(crate) fn exactly(&mut self, name: impl Into<String>, number: usize, bound: usize) {
        let is_met = number == bound;
        self.bounded(name, number as f64, Bound { text: format!("exactly {bound}"), is_met }, "");
    }

    fn bounded(&mut self, name: impl Into<String>, figure: f64, bound: Bound, unit: &str) {
        let figure = format!("{}{unit}", (figure * 100.0).round() / 100.0);
        self.lines.push(Line { name: name.into(), figure, bound: Some(bound) });
    }

    /// Whether every bound is kept.
    pub(crate) fn is_met(&self) -> bool {
        self.lines.iter().flat_map(|line| &line.bound).all(|bound| bound.is_met)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Line { name, figure, bound } in &self.lines {
            write!(f, "{name:<44} {figure:>14}")?;
            if let Some(Bound { text, is_met }) = bound {
                write!(f, "   {text}: {}", if *is_met { "met" } else { "MISSED" })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
