//! Bytes in both directions.

use std::io;

use rustls::ProtocolVersion;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{Connection, Incoming};

use super::{Company, read_to_end, write_and_shutdown};

async fn pair() -> (Connection, Connection) {
    let (client, server, _) = Company::local().connection().await;
    (client, server)
}

fn data(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|n| (n * 31 + n / 251) as u8).collect()
}

/// One small write is one read.
async fn arrives_at_once(from: &mut Connection, to: &mut Connection, text: &[u8]) {
    from.write_all(text).await.unwrap();
    from.flush().await.unwrap();
    let mut buffer = [0; 64];
    let read = to.read(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..read], text);
}

// TLSS-32, INT-11
#[tokio::test]
async fn a_small_write_of_the_server_arrives_at_once() {
    let (mut client, mut server) = pair().await;
    arrives_at_once(&mut server, &mut client, b"foo").await;
}

// TLSS-35, INT-08
#[tokio::test]
async fn a_small_write_of_the_client_arrives_at_once() {
    let (mut client, mut server) = pair().await;
    arrives_at_once(&mut client, &mut server, b"hello").await;
}

/// Everything arrives by the time the other end sees the end.
async fn arrives_with_the_end(from: &mut Connection, to: &mut Connection, bytes: usize) {
    let sent = data(bytes);
    let ((), received) = tokio::join!(write_and_shutdown(from, &sent), read_to_end(to));
    assert!(received.unwrap() == sent);
}

// TLSS-33, TLSS-34, INT-12
#[tokio::test]
async fn many_bytes_of_the_server_arrive_before_its_end() {
    for bytes in [100_000, 400_000, 2_000_000] {
        let (mut client, mut server) = pair().await;
        arrives_with_the_end(&mut server, &mut client, bytes).await;
    }
}

// TLSS-36, INT-09
#[tokio::test]
async fn many_bytes_of_the_client_arrive_before_its_end() {
    for bytes in [200_000, 400_000] {
        let (mut client, mut server) = pair().await;
        assert_eq!(client.info().tls().unwrap().version(), Some(ProtocolVersion::TLSv1_3));
        arrives_with_the_end(&mut client, &mut server, bytes).await;
    }
}

/// Without an end after it.
async fn arrives(from: &mut Connection, to: &mut Connection, bytes: usize) {
    let sent = data(bytes);
    let mut received = vec![0; bytes];
    let write = async {
        from.write_all(&sent).await.unwrap();
        from.flush().await.unwrap();
    };
    let ((), read) = tokio::join!(write, to.read_exact(&mut received));
    read.unwrap();
    assert!(received == sent);
}

// INT-10, INT-13
#[tokio::test]
async fn many_bytes_arrive_without_an_end() {
    let (mut client, mut server) = pair().await;
    arrives(&mut client, &mut server, 200_000).await;
    arrives(&mut server, &mut client, 100_000).await;
}

// TLSS-37
#[tokio::test]
async fn an_echo_comes_back_complete() {
    let (client, server) = pair().await;
    tokio::spawn(async move {
        let (mut read, mut write) = server.into_split();
        tokio::io::copy(&mut read, &mut write).await.unwrap();
        write.shutdown().await.unwrap();
    });
    let sent = data(400_000);
    let (read, mut write) = client.into_split();
    let send = async {
        write.write_all(&sent).await.unwrap();
        write.shutdown().await.unwrap();
    };
    let ((), received) = tokio::join!(send, read_to_end(read));
    assert!(received.unwrap() == sent);
}

// TLSS-40
#[tokio::test]
async fn the_end_is_announced() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let address = uri.strip_prefix("tls://").unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let client = tokio_rustls::TlsConnector::from(company.client.config().unwrap());
    let connect = client.connect("127.0.0.1".try_into().unwrap(), stream);
    let (client, accepted) = tokio::join!(connect, server.accept());
    let mut accepted = accepted.unwrap().unwrap();
    accepted.shutdown().await.unwrap();
    assert_eq!(client.unwrap().read(&mut [0]).await.unwrap(), 0, "a close_notify, else an error");
}

// TLSS-40
#[tokio::test]
async fn an_end_that_is_not_announced_is_reported_as_truncated() {
    let (mut client, server) = pair().await;
    drop(server.into_parts());
    let error = client.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn half_a_connection_can_be_closed_in_either_direction() {
    let (mut client, mut server) = pair().await;
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    server.write_all(b"still here").await.unwrap();
    server.shutdown().await.unwrap();
    assert_eq!(read_to_end(client).await.unwrap(), b"still here");
}

#[tokio::test]
async fn vectored_writes_are_handed_on() {
    let (client, _server) = pair().await;
    assert!(tokio::io::AsyncWrite::is_write_vectored(&client));
}

#[tokio::test]
async fn a_connection_leaves_the_registry_when_it_is_dropped() {
    let (client, server, listener) = Company::local().connection().await;
    let registry = listener.handle();
    assert_eq!(registry.connections().len(), 1);
    drop((client, server));
    assert!(registry.connections().is_empty());
}
