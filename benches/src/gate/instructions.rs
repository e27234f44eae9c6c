//! User instructions of an operation, counted by valgrind's callgrind: for one
//! binary they hardly differ from run to run, where time does.
//!
//! This program runs under valgrind once and does every operation a few times
//! between two calls of [`boundary`], where callgrind writes down what it has
//! counted. For a profile of any table by hand:
//!
//! ```text
//! valgrind --tool=callgrind --dump-before='*boundary*' \
//!     target/release/tower-socket-benches child instructions names
//! ```

mod profile;

use std::{env, hint::black_box, path::Path, process::Command};

use self::profile::Profile;
use super::committed::{Committed, Figure};
use crate::{
    harness::{self, BoxError, Role, Subject},
    tables::TABLES,
};

/// What a rebuild may change.
const SLACK: f64 = 0.1;

/// A table whose operations are counted.
struct Counted {
    table: &'static str,
    /// How often each operation runs.
    times: u32,
    counts: fn(&Profile) -> u64,
}

const COUNTED: &[Counted] = &[
    Counted { table: "connect", times: 200, counts: Profile::all },
    Counted { table: "accept", times: 200, counts: Profile::all },
    Counted { table: "ping-pong", times: 500, counts: Profile::all },
    Counted { table: "ping-pong-tls", times: 500, counts: Profile::all },
    Counted { table: "tls-client", times: 10, counts: Profile::above_rustls },
    Counted { table: "tls-server", times: 10, counts: Profile::above_rustls },
];

const FILE: &str = "instructions.tsv";

/// Counts, and writes down what [`check`] compares with.
pub(crate) fn renew() -> Result<(), BoxError> {
    let mut committed = Committed::default();
    for count in counts()? {
        let figure = Figure { ratio: count.ratio, error: 0.0 };
        committed.insert(count.table, &count.subject, figure);
    }
    committed.write(FILE)
}

/// Whether nothing takes more than the committed multiple, and the slack.
pub(crate) fn check() -> Result<bool, BoxError> {
    let committed = Committed::read(FILE)?;
    let mut good = true;
    for Count { table, subject, ratio } in counts()? {
        let figure = committed.figure(table, &subject)?;
        if ratio > figure.ratio * (1.0 + SLACK) {
            println!(
                "{table}, {subject}: × {ratio:.3} instructions, committed are {:.3}",
                figure.ratio
            );
            good = false;
        }
    }
    Ok(good)
}

/// Those of one of our subjects, as a multiple of the baseline's.
struct Count {
    table: &'static str,
    subject: String,
    ratio: f64,
}

fn counts() -> Result<Vec<Count>, BoxError> {
    let directory = tempfile::tempdir()?;
    let subjects = count_into(directory.path())?;
    let mut counts = Vec::new();
    let mut bare = 0.0;
    for (number, subject) in subjects.lines().enumerate() {
        let (table, subject) = subject.split_once('\t').ok_or("a line without a tab")?;
        let counted = COUNTED.iter().find(|counted| counted.table == table).ok_or("no table")?;
        // The first of two dumps is what went before an operation.
        let dump = directory.path().join(format!("out.{}", 2 * (number + 1)));
        let profile = Profile::read(&dump)?;
        let each = (counted.counts)(&profile) as f64 / f64::from(counted.times);
        if counts.last().is_none_or(|last: &Count| last.table != table) {
            bare = each;
        }
        let ratio = each / bare;
        println!("{table:<16} {subject:<38} {each:>10.0} {ratio:>7.3}");
        counts.push(Count { table: counted.table, subject: subject.to_owned(), ratio });
    }
    Ok(counts)
}

/// Runs this program under valgrind; with the subjects in the order of their
/// dumps.
fn count_into(directory: &Path) -> Result<String, BoxError> {
    let output = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", "--dump-before=*boundary*"])
        .arg(format!("--callgrind-out-file={}", directory.join("out").display()))
        .arg(env::current_exe()?)
        .args(["child", "instructions"])
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

/// What runs under valgrind: a table that is named, or those that are counted.
pub(crate) fn run(named: Option<&str>) -> Result<(), BoxError> {
    let operations: Vec<_> = match named {
        Some(table) => vec![(table, 200)],
        None => COUNTED.iter().map(|counted| (counted.table, counted.times)).collect(),
    };
    for (name, times) in operations {
        let table = TABLES.iter().find(|table| table.name == name).ok_or("no such table")?;
        for subject in harness::between(table, times, boundary, is_counted)? {
            println!("{name}\t{}", subject.name);
        }
    }
    Ok(())
}

fn is_counted(subject: &Subject) -> bool {
    matches!(subject.role, Role::Baseline | Role::Ours)
}

/// Where callgrind is told to write down what it has counted.
#[inline(never)]
fn boundary() {
    black_box(());
}
