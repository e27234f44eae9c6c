//! What the `main` of every program with options does.

use std::process::{self, ExitCode};

use clap::Parser;
use tokio::runtime::Runtime;
use tower_socket::BoxError;

/// Runs `program` to its end: status 0, or 1 with the error on stderr.
pub(crate) fn run<O, F>(program: impl FnOnce(O) -> F) -> ExitCode
where
    O: Parser,
    F: Future<Output = Result<(), BoxError>>,
{
    let runtime = Runtime::new().expect("a machine that can run this can run tokio");
    let result = runtime.block_on(program(options()));
    // A thread that still waits for stdin would keep the process.
    runtime.shutdown_background();
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn options<O: Parser>() -> O {
    O::try_parse().unwrap_or_else(|error| {
        let _ = error.print();
        process::exit(error.use_stderr().into())
    })
}
