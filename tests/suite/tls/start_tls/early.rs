//! Plain text that came before TLS began.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, duplex};
use tokio_test::task;
use tower_socket::{Connection, ErrorKind, layers::tls::Plaintext};

use super::{Company, talk};
use crate::support::{pairs, settle, tcp_pair};

const REFUSED: &str = "failed during TLS handshake: plain text arrived before TLS began";

async fn refused_by_client(plaintext: impl Plaintext) -> String {
    let company = Company::new(&["mail.example.com"]);
    let error = company.start_client("mail.example.com").upgrade(plaintext).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    error.to_string()
}

// ENC-03
#[tokio::test]
async fn a_client_refuses_what_it_has_read_behind_the_last_reply() {
    let (client, mut server) = tcp_pair().await;
    let peer = client.peer_address().unwrap();
    server.write_all(b"220 go ahead\r\n250 injected\r\n").await.unwrap();
    let mut client = BufReader::new(client);
    assert_eq!(talk(&mut client, "").await, "220 go ahead\r\n");
    client.fill_buf().await.unwrap();
    assert_eq!(refused_by_client(client).await, format!("connection to {peer} {REFUSED}"));
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0, "it is closed, and said no hello");
}

// ENC-03
#[tokio::test]
async fn a_client_refuses_what_waits_in_the_socket() {
    for (client, mut server) in pairs().await {
        let peer = client.peer_address().unwrap();
        server.write_all(b"250 injected\r\n").await.unwrap();
        assert_eq!(refused_by_client(client).await, format!("connection to {peer} {REFUSED}"));
    }
}

#[tokio::test]
async fn a_client_refuses_what_waits_in_a_pipe() {
    let (client, mut server) = duplex(64);
    server.write_all(b"250 injected\r\n").await.unwrap();
    let refused = refused_by_client(Connection::from(client)).await;
    assert_eq!(refused, format!("connection {REFUSED}"));
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn what_came_while_the_last_words_were_flushed_is_refused() {
    let (near, mut far) = duplex(4);
    let mut client = BufWriter::new(Connection::from(near));
    client.write_all(b"STARTTLS").await.unwrap();
    let mut refused = task::spawn(refused_by_client(client));
    assert!(refused.poll().is_pending(), "the pipe is full");
    far.write_all(b"!").await.unwrap();
    let mut words = Vec::new();
    let (refused, _) = tokio::join!(refused, far.read_to_end(&mut words));
    assert!(refused.ends_with(REFUSED), "{refused}");
    assert_eq!(words, b"STARTTLS");
}

// ENC-03
#[tokio::test]
async fn a_server_refuses_what_it_has_read_behind_the_command() {
    let (mut client, server) = tcp_pair().await;
    let peer = server.peer_address().unwrap();
    client.write_all(b"STARTTLS\r\nRCPT TO:<injected>\r\n").await.unwrap();
    let mut server = BufReader::new(BufWriter::new(server));
    let mut line = String::new();
    server.read_line(&mut line).await.unwrap();
    assert_eq!(line, "STARTTLS\r\n");
    let start = Company::new(&["mail.example.com"]).start_server();
    let error = start.upgrade(server).await.unwrap_err();
    assert_eq!(error.to_string(), format!("connection from {peer} {REFUSED}"));
}

#[tokio::test]
async fn a_server_reads_plain_text_in_the_socket_as_a_broken_handshake() {
    let (mut client, server) = tcp_pair().await;
    client.write_all(b"RCPT TO:<injected>\r\n").await.unwrap();
    settle().await;
    let start = Company::new(&["mail.example.com"]).start_server();
    let error = start.upgrade(server).await.unwrap_err().to_string();
    assert!(error.contains("received corrupt message of type InvalidContentType"), "{error}");
}

#[tokio::test]
async fn bytes_that_were_read_too_many_may_come_beside_the_connection() {
    let (client, _server) = tcp_pair().await;
    let refused = refused_by_client((client, b"250 injected\r\n".as_slice())).await;
    assert!(refused.ends_with(REFUSED), "{refused}");

    let company = Company::new(&["mail.example.com"]);
    let (client, server) = tcp_pair().await;
    let (client, server) = super::upgrade(&company, (client, Vec::new()), server).await;
    assert!(client.is_ok() && server.is_ok());
}
