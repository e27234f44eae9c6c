//! Records, as they come and go.

use std::{
    io::{self, IoSlice, Write},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, ServerConfig, server::ServerSessionMemoryCache,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower::ServiceExt;
use tower_socket::{
    Connection,
    layers::tls::{ServerTls, TlsAcceptor},
};

use super::Company;

const PATIENCE: Duration = Duration::from_secs(10);

/// A client of others, and a server of ours, with so many bytes between them.
async fn pair(bytes: usize, change: impl FnOnce(&mut ServerConfig)) -> (Client, Connection) {
    let company = Company::local();
    let mut config = ServerConfig::clone(&company.server.config());
    change(&mut config);
    let (near, far) = duplex(bytes);
    let accept = TlsAcceptor::new(ServerTls::from(config)).oneshot(Connection::from(near));
    let connector = TlsConnector::from(company.client.config().unwrap());
    let connect = connector.connect("127.0.0.1".try_into().unwrap(), far);
    let (client, server) = tokio::join!(connect, accept);
    (client.unwrap(), server.unwrap())
}

type Client = TlsStream<DuplexStream>;

async fn comes_back(client: &mut Client, server: &mut Connection, sent: &[u8]) {
    let mut received = vec![0; sent.len()];
    let there = async {
        client.write_all(sent).await.unwrap();
        client.flush().await.unwrap();
    };
    tokio::join!(there, async { server.read_exact(&mut received).await.unwrap() });
    assert!(received == sent);
    let back = async {
        server.write_all(&received).await.unwrap();
        server.flush().await.unwrap();
    };
    let mut echo = vec![0; sent.len()];
    tokio::join!(back, async { client.read_exact(&mut echo).await.unwrap() });
    assert!(echo == sent);
}

#[tokio::test]
async fn records_may_come_and_go_in_small_parts() {
    // Nobody reads tickets while the handshakes are still joined.
    let (mut client, mut server) = pair(8, |config| config.send_tls13_tickets = 0).await;
    comes_back(&mut client, &mut server, &[7; 20_000]).await;
}

#[tokio::test]
async fn either_side_may_change_its_keys() {
    let (mut client, mut server) = pair(1 << 16, |_| ()).await;
    for _ in 0..3 {
        // The client's own; and it asks the server to do the same.
        client.get_mut().1.refresh_traffic_keys().unwrap();
        comes_back(&mut client, &mut server, b"with new keys").await;
    }
}

#[tokio::test]
async fn records_may_be_limited_in_size() {
    let (mut client, mut server) =
        pair(1 << 20, |config| config.max_fragment_size = Some(64)).await;
    comes_back(&mut client, &mut server, &[7; 100_000]).await;
    server.write_all(&[7; 1000]).await.unwrap();
    server.flush().await.unwrap();
    let mut header = [0; 5];
    client.get_mut().0.read_exact(&mut header).await.unwrap();
    let length = u16::from_be_bytes([header[3], header[4]]);
    assert!(length <= 64 + 17, "{length}: with what hides its type, and a tag");
}

#[tokio::test]
async fn a_record_may_be_read_in_small_parts() {
    let (mut client, mut server) = pair(1 << 20, |_| ()).await;
    let sent: Vec<u8> = (0..40_000u32).map(|n| n as u8).collect();
    client.write_all(&sent).await.unwrap();
    client.shutdown().await.unwrap();
    let (mut received, mut part) = (Vec::new(), [0; 7]);
    loop {
        match server.read(&mut part).await.unwrap() {
            0 => break,
            read => received.extend_from_slice(&part[..read]),
        }
    }
    assert!(received == sent);
}

#[tokio::test]
async fn a_vectored_write_takes_all_parts_at_once() {
    let (mut client, mut server) = pair(1 << 20, |_| ()).await;
    let parts = [IoSlice::new(b"head"), IoSlice::new(b""), IoSlice::new(b"body")];
    assert_eq!(server.write_vectored(&parts).await.unwrap(), 8);
    server.flush().await.unwrap();
    let mut received = [0; 64];
    let read = client.read(&mut received).await.unwrap();
    assert_eq!(&received[..read], b"headbody", "one record");
}

#[tokio::test]
async fn writing_waits_for_a_peer_that_does_not_read() {
    let (mut client, mut server) = pair(1024, |_| ()).await;
    let chunk = [7; 100_000];
    let first = server.write(&chunk).await.unwrap();
    assert!((1..chunk.len()).contains(&first));
    let mut second = tokio_test::task::spawn(server.write(&chunk));
    assert!(second.poll().is_pending(), "the first is not sent yet");
    drop(second);
    let mut received = vec![0; first];
    let (flushed, read) = tokio::join!(server.flush(), client.read_exact(&mut received));
    flushed.unwrap();
    read.unwrap();
    assert!(received == chunk[..first]);
}

#[tokio::test]
async fn what_came_before_a_bad_record_is_read_first() {
    let (mut client, mut server) = pair(1 << 20, |_| ()).await;
    client.write_all(b"the last words").await.unwrap();
    client.flush().await.unwrap();
    client.get_mut().0.write_all(b"\x17\x03\x03\x00\x14 and no record at all").await.unwrap();
    let mut received = [0; 64];
    let read = server.read(&mut received).await.unwrap();
    assert_eq!(&received[..read], b"the last words");
    for _ in 0..2 {
        let error = server.read(&mut received).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "cannot decrypt peer's message");
    }
    let error = server.write(b"into the void").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let alert = client.read(&mut received).await.unwrap_err();
    assert_eq!(alert.to_string(), "received fatal alert: BadRecordMac");
}

#[tokio::test]
async fn after_a_shutdown_nothing_can_be_written() {
    let (_client, mut server) = pair(1 << 20, |_| ()).await;
    for _ in 0..2 {
        server.shutdown().await.unwrap();
    }
    let error = server.write(b"more").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

#[tokio::test(start_paused = true)]
async fn early_data_is_refused_and_may_be_sent_again_afterwards() {
    let company = Company::local();
    // rustls takes early data only where it keeps the sessions itself.
    let own = ServerTls::builder().identity(company.identity()).tickets(false).build().unwrap();
    let mut config = ServerConfig::clone(&own.config());
    config.session_storage = ServerSessionMemoryCache::new(8);
    config.send_tls13_tickets = 1;
    config.max_early_data_size = 1024;
    let mut client = ClientConfig::clone(&company.client.config().unwrap());
    client.enable_early_data = true;
    let client = Arc::new(client);

    // A server of others, which would take it, gives the client its ticket.
    let (near, far) = duplex(1 << 20);
    let accept = tokio_rustls::TlsAcceptor::from(Arc::new(config.clone())).accept(far);
    let connect = TlsConnector::from(client.clone()).connect("127.0.0.1".try_into().unwrap(), near);
    let (connected, accepted) = tokio::join!(connect, accept);
    let (mut connected, mut accepted) = (connected.unwrap(), accepted.unwrap());
    accepted.write_all(b"a ticket came before this").await.unwrap();
    accepted.shutdown().await.unwrap();
    connected.read_to_end(&mut Vec::new()).await.unwrap();

    let (near, far) = duplex(1 << 20);
    let accept = TlsAcceptor::new(ServerTls::from(config)).oneshot(Connection::from(far));
    let speak = |session: &mut ClientConnection| {
        session.early_data().unwrap().write_all(b"early").unwrap();
    };
    let connect =
        TlsConnector::from(client).connect_with("127.0.0.1".try_into().unwrap(), near, speak);
    let both = async { tokio::join!(connect, accept) };
    let (connected, accepted) = timeout(PATIENCE, both).await.expect("neither waits");
    let (mut connected, mut accepted) = (connected.unwrap(), accepted.unwrap());
    assert!(!connected.get_ref().1.is_early_data_accepted());
    assert_eq!(connected.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed));
    comes_back(&mut connected, &mut accepted, b"late").await;
}
