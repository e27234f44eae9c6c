//! What is written into the repository.

use std::{fs, path::Path};

use super::{chart, markdown, markdown::Measured};
use crate::harness::BoxError;

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
    let readme = package().join("../README.md");
    let text = fs::read_to_string(&readme)?;
    let text = between(&text, "figures", &markdown::summary(measured)?);
    let text = text.and_then(|text| {
        between(&text, "half-broken networks", &markdown::half_broken(measured).ok()?)
    });
    Ok(fs::write(readme, text.ok_or("README.md has no marks for the figures")?)?)
}

/// The text with something else between two marks of this name.
fn between(text: &str, name: &str, figures: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{figures}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let text = "a\n<!-- figures -->\nold\n<!-- end of figures -->\nb\n";
        let new = "a\n<!-- figures -->\n\nnew\n\n<!-- end of figures -->\nb\n";
        assert_eq!(between(text, "figures", "new\n").as_deref(), Some(new));
        assert_eq!(between("no marks", "figures", "new"), None);
    }
}
