//! Answers every HTTP request with the same small page.

#[path = "shared/answer.rs"]
mod answer;
#[path = "shared/program.rs"]
mod program;
#[path = "shared/server.rs"]
mod server;

use std::process::ExitCode;

use clap::Parser;
use tower_socket::BoxError;

use self::{
    answer::answer,
    server::{ServerOptions, http_address, serve},
};

const PAGE: &str = "<!doctype html>\n<title>tower-socket</title>\n<h1>Hello world!</h1>\n";

/// Answers every HTTP request with the same small page
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,
}

fn main() -> ExitCode {
    program::run(http_server)
}

async fn http_server(options: Options) -> Result<(), BoxError> {
    let server = options.server.bind().await?;
    println!("Listening on {}", http_address(&server));
    serve(server, |connection| answer(connection, "text/html; charset=utf-8", || PAGE.to_owned()))
        .await;
    Ok(())
}
