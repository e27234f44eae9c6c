use std::{collections::BTreeMap, fmt::Write, fs};

use crate::{harness::BoxError, output::files};

/// Ratios by table and subject, as they stand in a file of the package.
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

    pub(super) fn figure(&self, table: &str, subject: &str) -> Result<Figure, BoxError> {
        let figure = self.0.get(&(table.to_owned(), subject.to_owned())).copied();
        let missing = || {
            format!("{table}, {subject}: there is no committed figure; --renew makes one").into()
        };
        figure.ok_or_else(missing)
    }

    pub(super) fn read(file: &str) -> Result<Self, BoxError> {
        Self::parse(&fs::read_to_string(files::package().join(file))?)
    }

    pub(super) fn write(&self, file: &str) -> Result<(), BoxError> {
        Ok(fs::write(files::package().join(file), self.print()?)?)
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
