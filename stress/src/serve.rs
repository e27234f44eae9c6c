//! The server under stress. What a client's first byte asks for is in
//! [`Wish`].

use std::{io, path::PathBuf};

use clap::Args;
use nix::sys::resource::{Resource, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{Connection, Incoming, Server, layers::tls::ServerTls};

use crate::Result;

/// A slow reader is sent this so many times: more than the buffers of the
/// sockets take.
static FLOOD: ([u8; 65_536], usize) = ([0; 65_536], 128);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// PEM file with certificate and key
    certificate: PathBuf,

    /// Descriptors this process may have
    #[arg(long)]
    descriptors: Option<u64>,
}

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Wish {
    /// Everything back.
    Echo = b'e',
    /// More than it will read.
    Flood = b'f',
    /// A handler that panics.
    Panic = b'p',
}

/// Serves until standard input ends. The first line on standard output is the
/// address without TLS, the second the one with.
pub(crate) async fn run(options: &Options) -> Result<()> {
    if let Some(descriptors) = options.descriptors {
        setrlimit(Resource::RLIMIT_NOFILE, descriptors, descriptors)?;
    }
    // Panicking handlers are part of the exercise.
    std::panic::set_hook(Box::new(|_| {}));
    let builder = Server::builder().tls(ServerTls::from_pem_file(&options.certificate)?);
    for uri in ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"] {
        let server = builder.bind(uri).await?;
        println!("{}", server.handle().address().ok_or("the server is closed")?);
        tokio::spawn(accept(server));
    }
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// Says on standard error what went wrong with accepting.
async fn accept(mut server: Server) {
    while let Some(accepted) = server.accept().await {
        match accepted {
            Ok(connection) => drop(tokio::spawn(handle(connection))),
            Err(error) if error.kind() == tower_socket::ErrorKind::Accept => eprintln!("{error}"),
            Err(_) => {}
        }
    }
}

async fn handle(mut connection: Connection) -> io::Result<()> {
    match connection.read_u8().await? {
        wish if wish == Wish::Panic as u8 => panic!("as the client wished"),
        wish if wish == Wish::Flood as u8 => {
            let (piece, times) = &FLOOD;
            for _ in 0..*times {
                connection.write_all(piece).await?;
            }
        }
        wish => {
            connection.write_u8(wish).await?;
            connection.flush().await?;
            let (mut reader, mut writer) = tokio::io::split(connection);
            tokio::io::copy(&mut reader, &mut writer).await?;
            return writer.shutdown().await;
        }
    }
    connection.shutdown().await
}
