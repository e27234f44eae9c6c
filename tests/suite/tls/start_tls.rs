//! Protocols that begin in plain text.

mod dialogue;
mod early;
mod failure;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tower_socket::{
    Connection, Error,
    layers::tls::{Plaintext, StartTls},
};

use super::Company;

impl Company {
    fn start_client(&self, name: &str) -> StartTls {
        StartTls::client(self.client.clone(), name).unwrap()
    }

    fn start_server(&self) -> StartTls {
        StartTls::server(self.server.clone())
    }
}

/// Both handshakes at once.
async fn upgrade(
    company: &Company,
    client: impl Plaintext,
    server: impl Plaintext,
) -> (Result<Connection, Error>, Result<Connection, Error>) {
    let start = company.start_client("mail.example.com");
    tokio::join!(start.upgrade(client), company.start_server().upgrade(server))
}

/// Says something and reads the answer, line by line.
async fn talk(io: &mut BufReader<Connection>, words: &str) -> String {
    io.write_all(words.as_bytes()).await.unwrap();
    io.flush().await.unwrap();
    let mut line = String::new();
    io.read_line(&mut line).await.unwrap();
    line
}
