use std::{collections::HashMap, fs, path::Path};

use crate::harness::BoxError;

/// Instructions by function, without those of the functions it calls.
#[derive(Debug, Default)]
pub(super) struct Profile(HashMap<String, u64>);

impl Profile {
    /// What callgrind has written.
    pub(super) fn read(path: &Path) -> Result<Self, BoxError> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("callgrind did not write {}: {error}", path.display()))?;
        Self::parse(&text)
    }

    /// The format is that of valgrind's manual, section "Callgrind Format
    /// Specification": a name stands where its number is used first, and the
    /// line after `calls=` is the cost of the function called.
    fn parse(text: &str) -> Result<Self, BoxError> {
        let (mut profile, mut names) = (Self::default(), HashMap::new());
        let mut function = "";
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("fn=") {
                function = named(name, &mut names);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                named(name, &mut names);
            } else if line.starts_with("calls=") {
                lines.next();
            } else if line
                .starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first))
            {
                let cost = line.split_whitespace().nth(1).unwrap_or("0").parse::<u64>()?;
                *profile.0.entry(function.to_owned()).or_default() += cost;
            }
        }
        Ok(profile)
    }

    pub(super) fn all(&self) -> u64 {
        self.0.values().sum()
    }

    /// Those of Rust functions outside of rustls and what it verifies and
    /// encrypts with, and of the allocator.
    pub(super) fn above_rustls(&self) -> u64 {
        let above = self.0.iter().filter(|(name, _)| is_above_rustls(name));
        above.map(|(_, cost)| cost).sum()
    }
}

/// Of `(number) name`, or `(number)` alone.
fn named<'a>(name: &'a str, names: &mut HashMap<&'a str, &'a str>) -> &'a str {
    match name.split_once(' ') {
        Some((number, name)) => {
            names.insert(number, name);
            name
        }
        None => names.get(name).copied().unwrap_or(name),
    }
}

const ALLOCATOR: &[&str] = &["malloc", "calloc", "realloc", "free"];

fn is_above_rustls(name: &str) -> bool {
    let is_rust = name.contains("::");
    let of_rustls = name.replace("tokio_rustls", "").contains("rustls")
        || ["aws_lc", "webpki", "untrusted"].iter().any(|part| name.contains(part));
    is_rust && !of_rustls || ALLOCATOR.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "events: Ir\n\nfl=(1) ???\nfn=(1) tokio::poll\n0 5\ncfn=(2) aws_lc_sign\n\
        calls=1 0 \n0 900\n0 2\n\nfn=(2)\n0 900\n\nfn=(3) malloc\n0 10\n";

    #[test]
    fn a_function_counts_without_those_it_calls() {
        let profile = Profile::parse(TEXT).unwrap();
        assert_eq!(profile.all(), 917);
        assert_eq!(profile.above_rustls(), 17);
    }

    #[test]
    fn tokio_rustls_is_above_rustls() {
        assert!(is_above_rustls("tokio_rustls::Connect::poll"));
        assert!(!is_above_rustls("<rustls::conn::Connection>::process"));
        assert!(!is_above_rustls("ecp_nistz256_point_add"));
    }
}
