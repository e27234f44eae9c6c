//! What is written into the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{chart, markdown, markdown::Measured};
use crate::harness::BoxError;

/// The README's figures stand between these.
const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- end of figures -->\n";

/// The package's directory.
pub(crate) fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `FIGURES.md` with its charts, and the figures in the README.
pub(crate) fn write(measured: &[Measured]) -> Result<(), BoxError> {
    let charts = package().join("figures");
    fs::create_dir_all(&charts)?;
    for (table, report) in measured {
        fs::write(charts.join(format!("{}.svg", table.name)), chart::svg(table, report)?)?;
    }
    fs::write(package().join("FIGURES.md"), markdown::document(measured)?)?;
    let readme = readme();
    let text = between(&fs::read_to_string(&readme)?, &markdown::summary(measured)?);
    let text = text.ok_or_else(|| format!("{} has no marks for figures", readme.display()))?;
    Ok(fs::write(readme, text)?)
}

fn readme() -> PathBuf {
    package().join("../README.md")
}

/// The text with something else between the marks.
fn between(text: &str, figures: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{figures}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let text = "a\n<!-- figures -->\nold\n<!-- end of figures -->\nb\n";
        let new = "a\n<!-- figures -->\n\nnew\n\n<!-- end of figures -->\nb\n";
        assert_eq!(between(text, "new\n").as_deref(), Some(new));
        assert_eq!(between("no marks", "new"), None);
    }
}
