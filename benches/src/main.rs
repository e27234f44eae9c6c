//! What tower-socket costs beside bare tokio and tokio-rustls.
//!
//! ```text
//! cargo run --release -p tower-socket-benches -- --list
//! cargo run --release -p tower-socket-benches -- connect tls --rounds 120
//! ```
//!
//! Exit status: 0 when every bar is met, 1 when one is missed or an arm fails,
//! 2 when the machine was too noisy for any verdict.

#[allow(dead_code, reason = "the tables of rates need more of it")]
mod harness;
mod tables;

use std::process::ExitCode;

use clap::Parser;

use self::{
    harness::{BoxError, Settings, Table, Verdict, text},
    tables::TABLES,
};

/// CPU time of tower-socket beside bare tokio and tokio-rustls, client and
/// server on one thread.
#[derive(Debug, Parser)]
struct Arguments {
    /// Tables to measure; all of them when none is named.
    #[arg(value_name = "TABLE", value_parser = table)]
    tables: Vec<&'static Table>,

    /// How often each arm runs; below 60 the ratios are not good to 1 %.
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// List the tables and leave.
    #[arg(long)]
    list: bool,
}

fn table(name: &str) -> Result<&'static Table, String> {
    TABLES
        .iter()
        .find(|table| table.name == name)
        .ok_or_else(|| "there is no table of this name; --list shows them".to_owned())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        list();
        return ExitCode::SUCCESS;
    }
    match measure(&arguments) {
        Ok(Verdict::Met) => ExitCode::SUCCESS,
        Ok(Verdict::Missed) => ExitCode::from(1),
        Ok(Verdict::Void) => ExitCode::from(2),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

fn list() {
    for table in TABLES {
        println!("{:<14} {}", table.name, table.about);
    }
}

fn measure(arguments: &Arguments) -> Result<Verdict, BoxError> {
    let settings = Settings { rounds: arguments.rounds, ..Settings::default() };
    let mut worst = Verdict::Met;
    for table in chosen(arguments) {
        let report = harness::measure(table, &settings, |report| text::print(table, report))?;
        worst = worst.max(report.verdict());
    }
    Ok(worst)
}

fn chosen(arguments: &Arguments) -> Vec<&'static Table> {
    match arguments.tables.as_slice() {
        [] => TABLES.iter().collect(),
        named => named.to_vec(),
    }
}
