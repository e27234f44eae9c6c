//! Connects stdin and stdout to whatever a URI names.

#[path = "shared/client.rs"]
mod client;
#[path = "shared/program.rs"]
mod program;

use std::{
    io,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use tokio::io::{AsyncWriteExt, copy, stdin, stdout};
use tower_socket::{BoxError, Connection};

use self::client::ClientOptions;

/// Connects stdin and stdout to whatever a URI names
#[derive(Debug, Parser)]
struct Options {
    /// What to connect to: example.com:80, tls://example.com:443,
    /// unix:///run/app.sock
    uri: String,

    #[command(flatten)]
    client: ClientOptions,

    /// Tells on stderr what was connected to
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    program::run(netcat)
}

async fn netcat(options: Options) -> Result<(), BoxError> {
    let connector = options.client.connector()?;
    let started = Instant::now();
    let connection = connector.connect(&options.uri).await?;
    if options.verbose {
        eprintln!("{}", describe(&connection, started.elapsed()));
    }
    pipe(connection).await?;
    Ok(())
}

/// `connected to tls://[::1]:8443 from tls://[::1]:53124 in 1.9 ms, TLSv1.3, …`
fn describe(connection: &Connection, elapsed: Duration) -> String {
    let mut line = "connected".to_owned();
    if let Some(peer) = connection.peer_address() {
        line += &format!(" to {peer}");
    }
    if let Some(local) = connection.local_address() {
        line += &format!(" from {local}");
    }
    line += &format!(" in {:.1} ms", elapsed.as_secs_f64() * 1000.0);
    if let Some(tls) = connection.info().tls() {
        line += &format!(", {tls}");
    }
    line
}

/// Until the peer ends; the end of stdin ends only what is sent.
async fn pipe(connection: Connection) -> io::Result<()> {
    let (mut reader, mut writer) = connection.into_split();
    let send = async {
        copy(&mut stdin(), &mut writer).await?;
        writer.shutdown().await
    };
    let receive = async {
        let mut stdout = stdout();
        copy(&mut reader, &mut stdout).await?;
        stdout.flush().await
    };
    tokio::pin!(receive);
    tokio::select! {
        received = &mut receive => return received,
        sent = send => sent?,
    }
    receive.await
}
