//! What tower-socket costs beside bare tokio, tokio-rustls, and what else
//! connects and accepts.
//!
//! ```text
//! cargo run --release -p tower-socket-benches -- --list
//! cargo run --release -p tower-socket-benches -- connect tls-client --rounds 120
//! cargo run --release -p tower-socket-benches -- --write
//! ```
//!
//! Exit status: 0 when every bar is met, 1 when one is missed or a measurement
//! fails, 2 when the machine was too noisy for any verdict.

mod child;
mod gate;
mod happy_eyeballs;
mod harness;
#[path = "../../tests/suite/support/name_server.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
mod name_server;
mod output;
mod tables;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use self::{
    harness::{BoxError, Settings, Table, Verdict},
    output::{files, markdown, markdown::Measured, text},
    tables::TABLES,
};

/// Measures tower-socket beside bare tokio, tokio-rustls, hyper-util,
/// hyper-rustls and tls-listener, in one run on one machine.
///
/// Build it with --release. Some tables take root, for a network of their own;
/// without it they are left out.
#[derive(Debug, Parser)]
#[command(name = "tower-socket-benches", args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Tables to measure; all of them when none is named.
    #[arg(value_name = "TABLE", value_parser = table)]
    tables: Vec<&'static Table>,

    /// How often each subject runs; below 60 the ratios are not good to 1 %.
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,

    /// A quarter of the rounds: shows that everything runs, and what is far off.
    #[arg(long)]
    quick: bool,

    /// How to print.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,

    /// List the tables and leave.
    #[arg(long)]
    list: bool,

    /// Write benches/FIGURES.md, its charts, and the figures in README.md.
    #[arg(long, conflicts_with = "tables")]
    write: bool,

    /// Only check, in short, that nothing is worse than benches/committed.tsv by
    /// more than the noise.
    #[arg(long, conflicts_with_all = ["tables", "write", "quick"])]
    check: bool,

    /// Measure what --check compares with, and write benches/committed.tsv.
    #[arg(long, conflicts_with_all = ["tables", "write", "quick", "check"])]
    renew: bool,

    /// With --check or --renew: count instructions with valgrind instead, and
    /// compare with benches/instructions.tsv, or write it.
    #[arg(long)]
    instructions: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned, each run as soon as it is done.
    Text,
    /// Tables, when all is done.
    Markdown,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// A part of a measurement that has a process of its own.
    #[command(hide = true)]
    Child { role: String, arguments: Vec<String> },
}

fn table(name: &str) -> Result<&'static Table, String> {
    TABLES
        .iter()
        .find(|table| table.name == name)
        .ok_or_else(|| "there is no table of this name; --list shows them".to_owned())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(Verdict::Met) => ExitCode::SUCCESS,
        Ok(Verdict::Missed) => ExitCode::from(1),
        Ok(Verdict::Void) => ExitCode::from(2),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &Arguments) -> Result<Verdict, BoxError> {
    if let Some(Role::Child { role, arguments }) = &arguments.role {
        child::run(role, arguments)?;
    } else if arguments.list {
        TABLES.iter().for_each(|table| println!("{:<20} {}", table.name, table.about));
    } else if arguments.renew {
        match arguments.instructions {
            true => gate::instructions::renew()?,
            false => gate::renew(&settings(arguments))?,
        }
    } else if arguments.check {
        let good = match arguments.instructions {
            true => gate::instructions::check()?,
            false => gate::check()?,
        };
        return Ok(if good { Verdict::Met } else { Verdict::Missed });
    } else {
        return measure(arguments);
    }
    Ok(Verdict::Met)
}

fn settings(arguments: &Arguments) -> Settings {
    let rounds = if arguments.quick { arguments.rounds.div_ceil(4) } else { arguments.rounds };
    Settings { rounds, ..Settings::default() }
}

/// A table that cannot be measured here is left out, with a note.
fn measure(arguments: &Arguments) -> Result<Verdict, BoxError> {
    let mut measured: Vec<Measured> = Vec::new();
    let mut worst = Verdict::Met;
    for table in chosen(arguments) {
        let report = harness::measure(table, &settings(arguments), |report| {
            if arguments.format == Format::Text {
                text::print(table, report);
            }
        });
        match report {
            Ok(report) => {
                worst = worst.max(report.verdict());
                measured.push((table, report));
            }
            Err(error) => {
                worst = worst.max(Verdict::Missed);
                eprintln!("{}: {error}\n", table.name);
            }
        }
    }
    if arguments.format == Format::Markdown {
        print!("{}", markdown::document(&measured)?);
    }
    if arguments.write {
        files::write(&measured)?;
    }
    Ok(worst)
}

fn chosen(arguments: &Arguments) -> Vec<&'static Table> {
    match arguments.tables.as_slice() {
        [] => TABLES.iter().collect(),
        named => named.to_vec(),
    }
}
