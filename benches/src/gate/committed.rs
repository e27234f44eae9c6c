use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use crate::{harness::BoxError, output::files};

/// Ratios by table and subject, as they stand in `committed.tsv`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Committed(BTreeMap<(String, String), Figure>);

/// A ratio and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) ratio: f64,
    pub(super) error: f64,
}

impl Committed {
    pub(super) fn insert(&mut self, table: &str, subject: &str, figure: Figure) {
        self.0.insert((table.to_owned(), subject.to_owned()), figure);
    }

    pub(super) fn get(&self, table: &str, subject: &str) -> Option<Figure> {
        self.0.get(&(table.to_owned(), subject.to_owned())).copied()
    }

    pub(super) fn read() -> Result<Self, BoxError> {
        Self::parse(&fs::read_to_string(path())?)
    }

    pub(super) fn write(&self) -> Result<(), BoxError> {
        Ok(fs::write(path(), self.print()?)?)
    }

    fn parse(text: &str) -> Result<Self, BoxError> {
        let mut committed = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [table, subject, ratio, error] = cells[..] else {
                return Err(format!("\"{line}\" is no figure").into());
            };
            let figure = Figure { ratio: ratio.parse()?, error: error.parse()? };
            committed.insert(table, subject, figure);
        }
        Ok(committed)
    }

    fn print(&self) -> Result<String, std::fmt::Error> {
        let mut text =
            String::from("# table, subject, ratio, its standard error: --renew writes this\n");
        for ((table, subject), Figure { ratio, error }) in &self.0 {
            writeln!(text, "{table}\t{subject}\t{ratio:.4}\t{error:.4}")?;
        }
        Ok(text)
    }
}

fn path() -> PathBuf {
    files::package().join("committed.tsv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut committed = Committed::default();
        committed.insert("connect", "Timeout, Dns", Figure { ratio: 1.0185, error: 0.002 });
        assert_eq!(Committed::parse(&committed.print().unwrap()).unwrap(), committed);
    }
}
