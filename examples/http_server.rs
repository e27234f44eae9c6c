//! Answers every HTTP request with the same small page.

#[path = "shared/program.rs"]
mod program;
#[path = "shared/server.rs"]
mod server;

use std::{io, process::ExitCode, time::Duration};

use clap::Parser;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy, sink},
    time::timeout,
};
use tower_socket::{BoxError, Connection};

use self::server::{ServerOptions, address, serve};

/// How many bytes the header of a request may have.
const HEADER: u64 = 16 * 1024;

/// How long a client gets to ask, and then to close.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let address = address(&server).replacen("tcp:", "http:", 1).replacen("tls:", "https:", 1);
    println!("Listening on {address}");
    serve(server, answer).await;
    Ok(())
}

async fn answer(mut connection: Connection) -> io::Result<()> {
    if !timeout(PATIENCE, read_request(&mut connection)).await?? {
        return Ok(());
    }
    connection.write_all(response().as_bytes()).await?;
    connection.shutdown().await?;
    // Closing a socket that has unread input would reset it, and the answer
    // with it.
    let _ = timeout(PATIENCE, copy(&mut connection, &mut sink())).await;
    Ok(())
}

/// Whether there was one: a header that ends with an empty line.
async fn read_request(connection: &mut Connection) -> io::Result<bool> {
    let mut header = BufReader::new(connection).take(HEADER);
    let mut line = Vec::new();
    while header.read_until(b'\n', &mut line).await? > 0 {
        if line.trim_ascii().is_empty() {
            return Ok(true);
        }
        line.clear();
    }
    Ok(false)
}

fn response() -> String {
    format!(
        "HTTP/1.1 200 OK\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\r\n{PAGE}",
        PAGE.len()
    )
}
