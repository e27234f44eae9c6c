//! Receives as fast as it can, and tells how fast that was.

#[path = "shared/program.rs"]
mod program;
#[path = "shared/server.rs"]
mod server;

use std::{io, process::ExitCode, time::Instant};

use clap::Parser;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{BoxError, Connection};

use self::server::{ServerOptions, address, peer, serve};

const BUFFER: usize = 64 * 1024;

/// Receives as fast as it can, and tells how fast that was
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,
}

fn main() -> ExitCode {
    program::run(benchmark_server)
}

async fn benchmark_server(options: Options) -> Result<(), BoxError> {
    let server = options.server.bind().await?;
    println!("Listening on {}", address(&server));
    serve(server, measure).await;
    Ok(())
}

async fn measure(mut connection: Connection) -> io::Result<()> {
    let peer = peer(&connection);
    println!("[{peer} connected]");
    let started = Instant::now();
    let (bytes, ended) = receive(&mut connection).await;
    let seconds = started.elapsed().as_secs_f64();
    let rate = bytes as f64 / seconds / f64::from(1 << 20);
    println!(
        "[{peer} disconnected after receiving {bytes} bytes in {seconds:.3} s => {rate:.1} MiB/s]"
    );
    ended
}

async fn receive(connection: &mut Connection) -> (u64, io::Result<()>) {
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        match connection.read(&mut buffer).await {
            Ok(0) => return (bytes, connection.shutdown().await),
            Ok(read) => bytes += read as u64,
            Err(error) => return (bytes, Err(error)),
        }
    }
}
