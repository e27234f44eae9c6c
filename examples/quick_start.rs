//! An echo server, and a client that talks to it.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tower_socket::{Address, BoxError, Connection, Connector, Incoming, Server};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut server = Server::bind("127.0.0.1:0").await?;
    let address = server.handle().address().expect("it has just been opened");
    println!("Listening on {address}");

    let client = tokio::spawn(talk(address));
    while let Some(accepted) = server.accept().await {
        let connection = accepted?;
        let peer = connection.peer_address().expect("over TCP everybody has an address");
        println!("[{peer} connected]");
        echo(connection).await?;
        println!("[{peer} disconnected]");
        server.handle().close();
    }
    client.await?
}

async fn echo(connection: Connection) -> io::Result<()> {
    let (mut reader, mut writer) = split(connection);
    copy(&mut reader, &mut writer).await?;
    writer.shutdown().await
}

async fn talk(address: Address) -> Result<(), BoxError> {
    let mut connection = Connector::new().connect(address).await?;
    connection.write_all(b"Hello World!").await?;
    connection.shutdown().await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    println!("the server says: {answer}");
    Ok(())
}
