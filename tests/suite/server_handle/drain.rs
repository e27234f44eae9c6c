use std::{pin::pin, time::Duration};

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_test::{assert_pending, assert_ready, task};
use tower::{Layer, service_fn};
use tower_socket::{Connection, Incoming, layers::HandshakeLayer, server::Drained};

use crate::support::{connect, pair_at, tcp_server, uri_of};

/// Long enough for whatever will happen at all.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_drain_reports_connections_that_end_in_time() {
    let mut server = tcp_server().await;
    let (client, connection) = pair_at(&mut server).await;
    let handle = server.handle();
    let mut drain = task::spawn(handle.drain(LONG));
    assert_pending!(drain.poll());
    assert!(handle.is_closed());
    drop((client, connection));
    assert!(drain.is_woken());
    let drained = assert_ready!(drain.poll());
    assert_eq!(counts(drained), (1, 0, 0));
}

#[tokio::test]
async fn a_drain_refuses_clients_at_once() {
    let mut server = tcp_server().await;
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let (_client, _connection) = pair_at(&mut server).await;
    let handle = server.handle();
    let mut drain = task::spawn(handle.drain(LONG));
    assert_pending!(drain.poll());
    let error = std::net::TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    assert!(server.accept().await.is_none());
}

/// A server whose clients have to say a byte, with one that has not yet.
async fn handshaking() -> (impl Incoming + Unpin + Send + 'static, Connection) {
    let greeting = service_fn(|mut connection: Connection| async move {
        connection.read_u8().await.map(|_| connection)
    });
    let mut server = HandshakeLayer::new(greeting).layer(tcp_server().await);
    let client = connect(uri_of(&server)).await;
    while server.handle().connections().is_empty() {
        assert!(server.accept().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    (server, client)
}

#[tokio::test]
async fn a_drain_lets_handshakes_in_flight_finish() {
    let (mut server, mut client) = handshaking().await;
    let handle = server.handle();
    let mut drain = task::spawn(handle.drain(LONG));
    assert_pending!(drain.poll());
    client.write_u8(1).await.unwrap();
    let mut connection = server.accept().await.unwrap().unwrap();
    assert!(server.accept().await.is_none());
    connection.write_all(b"still here").await.unwrap();
    assert_pending!(drain.poll());
    drop(connection);
    assert_eq!(counts(drain.await), (1, 0, 0));
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "still here");
}

#[tokio::test(start_paused = true)]
async fn a_drain_cuts_handshakes_at_its_deadline() {
    let (mut server, _silent) = handshaking().await;
    let handle = server.handle();
    let (item, drained) = tokio::join!(server.accept(), handle.drain(LONG));
    assert_eq!(counts(drained), (0, 1, 0));
    let error = item.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("was closed: the server is shutting down"), "{error}");
    assert!(server.accept().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_drain_closes_connections_at_its_deadline() {
    let mut server = tcp_server().await;
    let (_client, mut connection) = pair_at(&mut server).await;
    let handler = tokio::spawn(async move { connection.read_u8().await });
    let drained = server.handle().drain(LONG).await;
    assert_eq!(counts(drained), (0, 1, 0));
    let error = handler.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted);
    assert!(error.to_string().ends_with("was closed: the server is shutting down"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_drain_reports_connections_that_are_held_by_handlers_without_io() {
    let mut server = tcp_server().await;
    let (_client, _connection) = pair_at(&mut server).await;
    assert_eq!(counts(server.handle().drain(LONG).await), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_drain_tells_what_became_of_each_connection() {
    let mut server = tcp_server().await;
    let (_client, ended) = pair_at(&mut server).await;
    let (_client, mut closed) = pair_at(&mut server).await;
    let (_client, _held) = pair_at(&mut server).await;
    tokio::spawn(async move { closed.read_u8().await });
    let handle = server.handle();
    let mut drain = pin!(handle.drain(LONG));
    assert!(drain.as_mut().now_or_never().is_none());
    drop(ended);
    assert_eq!(counts(drain.await), (1, 1, 1));
}

fn counts(drained: Drained) -> (usize, usize, usize) {
    (drained.ended, drained.closed, drained.held)
}

#[tokio::test]
async fn a_drain_of_a_server_without_connections_is_over_at_once() {
    let server = tcp_server().await;
    assert_eq!(counts(server.handle().drain(LONG).await), (0, 0, 0));
}

#[tokio::test]
async fn handlers_learn_of_a_drain() {
    let server = tcp_server().await;
    let handle = server.handle();
    let mut draining = task::spawn(handle.draining());
    assert_pending!(draining.poll());
    server.handle().drain(LONG).await;
    assert!(draining.is_woken());
    assert_ready!(draining.poll());
    handle.draining().await;
}
