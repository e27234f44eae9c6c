//! Sends back whatever it receives.

#[path = "shared/program.rs"]
mod program;
#[path = "shared/server.rs"]
mod server;

use std::{io, process::ExitCode};

use clap::Parser;
use tokio::io::{AsyncWriteExt, copy};
use tower_socket::{BoxError, Connection};

use self::server::{ServerOptions, address, peer, serve};

/// Sends back whatever it receives
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,
}

fn main() -> ExitCode {
    program::run(echo_server)
}

async fn echo_server(options: Options) -> Result<(), BoxError> {
    let server = options.server.bind().await?;
    println!("Listening on {}", address(&server));
    serve(server, announce_and_echo).await;
    Ok(())
}

async fn announce_and_echo(connection: Connection) -> io::Result<()> {
    let peer = peer(&connection);
    println!("[{peer} connected]");
    let echoed = echo(connection).await;
    println!("[{peer} disconnected]");
    echoed
}

async fn echo(connection: Connection) -> io::Result<()> {
    let (mut reader, mut writer) = connection.into_split();
    copy(&mut reader, &mut writer).await?;
    writer.shutdown().await
}
