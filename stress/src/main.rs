//! Servers of tower-socket under attack, without descriptors, at their limits,
//! and for a million connects.
//!
//! ```text
//! cargo run --release -p tower-socket-stress -- flood
//! cargo run --release -p tower-socket-stress -- descriptors
//! cargo run --release -p tower-socket-stress -- churn
//! cargo run --release -p tower-socket-stress -- soak --connects 1000000
//! ```
//!
//! The server is a process of its own, but for `churn`, which looks into it. Exit status: 0 when every figure is
//! within its bound, 1 when one is not.

mod churn;
mod clients;
mod descriptors;
mod flood;
mod pki;
mod process;
mod report;
mod serve;
mod soak;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Whatever may fail.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = BoxError> = std::result::Result<T, E>;

/// What a server of tower-socket stands.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Honest TLS clients among many that connect and say nothing
    Flood(flood::Options),
    /// More clients than descriptors
    Descriptors(descriptors::Options),
    /// Handlers that return, panic and are cancelled, at a limit
    Churn(churn::Options),
    /// Good and bad clients of all kinds, many times
    Soak(soak::Options),
    /// The server that the others start
    #[command(hide = true)]
    Serve(serve::Options),
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let report = match arguments.command {
            Command::Flood(options) => flood::run(&options).await?,
            Command::Descriptors(options) => descriptors::run(&options).await?,
            Command::Churn(options) => churn::run(&options).await?,
            Command::Soak(options) => soak::run(&options).await?,
            Command::Serve(options) => {
                return serve::run(&options).await.map(|()| ExitCode::SUCCESS);
            }
        };
        print!("{report}");
        Ok(if report.is_met() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}
