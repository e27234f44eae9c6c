//! Greets each client by its address, and closes on the first input.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{Connection, Error, Incoming, Server};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let uri = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let mut server = Server::bind(uri).await?;
    println!("Listening on {}", server.handle().address().unwrap());

    while let Some(accepted) = server.accept().await {
        match accepted {
            Ok(connection) => drop(tokio::spawn(hello(connection))),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

async fn hello(mut connection: Connection) -> io::Result<()> {
    if let Some(peer) = connection.peer_address() {
        connection.write_all(format!("Hello {peer}!\n").as_bytes()).await?;
    }
    connection.write_all(b"Welcome to this server. Here is a tip: say nothing.\n").await?;
    connection.flush().await?;
    let _input = connection.read(&mut [0; 1024]).await?;
    connection.shutdown().await
}
