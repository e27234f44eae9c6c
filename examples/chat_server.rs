//! Sends every line to everybody, with the address of its sender before it.

#[path = "shared/program.rs"]
mod program;
#[path = "shared/server.rs"]
mod server;

use std::{io, process::ExitCode};

use clap::Parser;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    io::{AsyncWrite, split},
    sync::broadcast::{Receiver, Sender, channel, error::RecvError},
};
use tower_socket::{BoxError, Connection, Incoming, ServerHandle};

use self::server::{ServerOptions, address, peer, serve};

/// How many bytes of a line are read before it is sent on.
const LINE: u64 = 1024;

/// How many lines a slow client may lag behind before it misses some.
const BACKLOG: usize = 256;

/// Sends every line to everybody, with the address of its sender before it
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,
}

fn main() -> ExitCode {
    program::run(chat_server)
}

async fn chat_server(options: Options) -> Result<(), BoxError> {
    let server = options.server.bind().await?;
    println!("Listening on {}", address(&server));
    let (handle, room) = (server.handle(), channel(BACKLOG).0);
    serve(server, |connection| chat(connection, room.clone(), handle.clone())).await;
    Ok(())
}

async fn chat(
    connection: Connection,
    room: Sender<String>,
    handle: ServerHandle,
) -> io::Result<()> {
    let (peer, heard) = (peer(&connection), room.subscribe());
    println!("[{peer} connected, {} here]", handle.connections().len());
    let (reader, writer) = split(connection);
    let done = tokio::select! {
        listened = listen(reader, &peer, &room) => listened,
        spoken = speak(heard, writer) => spoken,
        () = handle.draining() => Ok(()),
    };
    println!("[{peer} disconnected]");
    done
}

async fn listen(
    reader: impl AsyncRead + Unpin,
    peer: &str,
    room: &Sender<String>,
) -> io::Result<()> {
    let mut reader = BufReader::new(reader);
    while let Some(line) = next_line(&mut reader).await? {
        if !line.is_empty() {
            // Only the one who speaks may be left, and then nobody hears it.
            let _ = room.send(format!("{peer}: {line}\n"));
        }
    }
    Ok(())
}

/// Without control characters, which could rule the terminals of others.
async fn next_line(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if reader.take(LINE).read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&line).chars().filter(|c| !c.is_control()).collect()))
}

async fn speak(mut heard: Receiver<String>, mut writer: impl AsyncWrite + Unpin) -> io::Result<()> {
    loop {
        match heard.recv().await {
            Ok(line) => {
                writer.write_all(line.as_bytes()).await?;
                writer.flush().await?;
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}
