//! Nothing is lost through TLS 1.3.

use futures_util::FutureExt;
use rustls::ProtocolVersion;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{Connection, Incoming, Server};

use super::{accepted, secure};

/// Client, connection, server.
async fn pair() -> (Connection, Connection, Server) {
    let (mut server, port, connector) = secure().await;
    let uri = format!("tls://example.com:{port}");
    let (client, connection) = tokio::join!(connector.connect(uri), accepted(&mut server));
    let client = client.unwrap();
    assert_eq!(client.info().tls().unwrap().version(), Some(ProtocolVersion::TLSv1_3));
    (client, connection, server)
}

fn data(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

/// Writes, ends, and keeps the connection.
async fn end(connection: &mut Connection, data: &[u8]) {
    connection.write_all(data).await.unwrap();
    connection.shutdown().await.unwrap();
}

async fn write(connection: &mut Connection, data: &[u8]) {
    connection.write_all(data).await.unwrap();
    connection.flush().await.unwrap();
}

async fn read_all(connection: &mut Connection) -> Vec<u8> {
    let mut all = Vec::new();
    connection.read_to_end(&mut all).await.unwrap();
    all
}

async fn read(connection: &mut Connection, length: usize) -> Vec<u8> {
    let mut all = vec![0; length];
    connection.read_exact(&mut all).await.unwrap();
    all
}

// INT-07
#[tokio::test]
async fn one_connect_is_one_connection() {
    let (client, _connection, mut server) = pair().await;
    assert!(server.accept().now_or_never().is_none(), "there is no second one");
    assert_eq!(server.handle().connections().len(), 1);
    drop(client);
}

/// One write is one read.
async fn say_hello(from: &mut Connection, to: &mut Connection) {
    write(from, b"hello").await;
    let mut buffer = [0; 64];
    let length = to.read(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..length], b"hello");
}

// INT-08
#[tokio::test]
async fn a_small_message_to_the_server_arrives_in_one_read() {
    let (mut client, mut connection, _server) = pair().await;
    say_hello(&mut client, &mut connection).await;
}

// INT-11
#[tokio::test]
async fn a_small_message_to_the_client_arrives_in_one_read() {
    let (mut client, mut connection, _server) = pair().await;
    say_hello(&mut connection, &mut client).await;
}

// INT-09
#[tokio::test]
async fn what_a_client_sends_before_its_end_arrives() {
    let (mut client, mut connection, _server) = pair().await;
    let sent = data(200_000);
    let (_, received) = tokio::join!(end(&mut client, &sent), read_all(&mut connection));
    assert_eq!(received, sent);
}

// INT-09
#[tokio::test]
async fn what_a_client_sends_arrives_when_it_waits_for_the_end_and_goes() {
    let (mut client, mut connection, _server) = pair().await;
    let sent = data(200_000);
    let client = async {
        end(&mut client, &sent).await;
        assert!(read_all(&mut client).await.is_empty());
        drop(client);
    };
    let server = async {
        let received = read_all(&mut connection).await;
        connection.shutdown().await.unwrap();
        received
    };
    let (_, received) = tokio::join!(client, server);
    assert_eq!(received, sent);
}

// INT-10
#[tokio::test]
async fn what_a_client_sends_without_an_end_arrives() {
    let (mut client, mut connection, _server) = pair().await;
    let sent = data(200_000);
    let (_, received) = tokio::join!(write(&mut client, &sent), read(&mut connection, sent.len()));
    assert_eq!(received, sent);
}

// INT-12
#[tokio::test]
async fn what_a_server_sends_before_its_end_arrives() {
    let (mut client, mut connection, _server) = pair().await;
    let sent = data(100_000);
    let (_, received) = tokio::join!(end(&mut connection, &sent), read_all(&mut client));
    assert_eq!(received, sent);
}

// INT-13
#[tokio::test]
async fn what_a_server_sends_without_an_end_arrives() {
    let (mut client, mut connection, _server) = pair().await;
    let sent = data(100_000);
    let (_, received) = tokio::join!(write(&mut connection, &sent), read(&mut client, sent.len()));
    assert_eq!(received, sent);
}
