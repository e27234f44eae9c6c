//! Connects to whatever a URI names, and draws how.

#[path = "../shared/client.rs"]
mod client;
#[path = "../shared/program.rs"]
mod program;
mod race;
mod recorder;
mod waterfall;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;
use serde_json::json;
use tower_socket::{BoxError, Connection, Error};

use self::{
    client::ClientOptions,
    race::{Race, milliseconds},
    recorder::Recorder,
};

/// Connects to whatever a URI names, and draws how
#[derive(Debug, Parser)]
struct Options {
    /// What to connect to: example.com:80, tls://example.com:443,
    /// unix:///run/app.sock
    uri: String,

    #[command(flatten)]
    client: ClientOptions,

    /// Tells every event on stderr, as it happens
    #[arg(long)]
    trace: bool,

    /// Prints JSON in place of the picture, a line for each of its rows
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    program::run(connect)
}

async fn connect(options: Options) -> Result<(), BoxError> {
    let connector = options.client.connector()?;
    let recorder = Recorder::install(options.trace);
    let result = connector.connect(&options.uri).await;
    let elapsed = recorder.elapsed();
    let race = Race::new(recorder.events(), elapsed, &result);
    if options.json {
        print_json(&options.uri, &race, &result);
    } else {
        print_picture(&options.uri, &race, &result);
    }
    Ok(result.map(drop)?)
}

fn print_picture(uri: &str, race: &Race, result: &Result<Connection, Error>) {
    let colored = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    println!("{uri}\n");
    if !race.rows.is_empty() {
        println!("{}", waterfall::draw(race, colored));
    }
    let elapsed = milliseconds(race.elapsed);
    let Ok(connection) = result else { return println!("failed after {elapsed:.1} ms") };
    let peer = connection.peer_address().map(|peer| format!(" to {peer}")).unwrap_or_default();
    let tls = connection.info().tls().map(|tls| format!(", {tls}")).unwrap_or_default();
    println!("connected{peer} in {elapsed:.1} ms{tls}");
}

fn print_json(uri: &str, race: &Race, result: &Result<Connection, Error>) {
    for row in &race.rows {
        println!("{}", row.json());
    }
    let connection = result.as_ref().ok();
    let summary = json!({
        "uri": uri,
        "connected": connection.is_some(),
        "elapsed_ms": milliseconds(race.elapsed),
        "peer": connection.and_then(Connection::peer_address).map(|peer| peer.to_string()),
        "tls": connection.and_then(|c| Some(c.info().tls()?.to_string())),
        "error": result.as_ref().err().map(Error::to_string),
    });
    println!("{summary}");
}
