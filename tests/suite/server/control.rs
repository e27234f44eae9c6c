//! A facade and its handle.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::AsyncReadExt;
use tower_socket::{Connection, Error, Incoming, Server};

use super::{accepted, connect, nobody_comes, secure};

/// One server of each kind that any client reaches.
async fn servers(directory: &tempfile::TempDir) -> [Server; 2] {
    let socket = directory.path().join("a.sock");
    [Server::bind("127.0.0.1:0").await.unwrap(), Server::bind(socket.as_path()).await.unwrap()]
}

#[test]
fn it_goes_between_threads_and_is_a_stream() {
    fn server<T>()
    where
        T: Incoming + futures_util::Stream<Item = Result<Connection, Error>> + Send + Unpin,
    {
    }
    server::<Server>();
}

// SRV-10
#[tokio::test]
async fn connections_of_the_server_inside_are_yielded() {
    let directory = tempfile::tempdir().unwrap();
    for mut server in servers(&directory).await {
        let client = connect(&server).await;
        let connection = server.next().await.unwrap().unwrap();
        assert_eq!(connection.local_address(), client.peer_address());
    }
}

// SRV-12, SRV-13
#[tokio::test(start_paused = true)]
async fn a_paused_server_yields_nothing_until_it_is_resumed() {
    let directory = tempfile::tempdir().unwrap();
    for mut server in servers(&directory).await {
        server.handle().pause();
        assert!(server.handle().is_paused());
        let _client = connect(&server).await;
        nobody_comes(&mut server).await;
        server.handle().resume();
        accepted(&mut server).await;
    }
}

// SRV-12, SRV-13
#[tokio::test]
async fn a_paused_tls_server_begins_no_handshake_until_it_is_resumed() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let handle = server.handle();
    handle.pause();
    let client = connector.connect(handle.address().unwrap());
    let mut client = tokio_test::task::spawn(client);
    assert!(client.poll().is_pending());
    assert!(tokio_test::task::spawn(server.accept()).poll().is_pending());
    assert!(handle.connections().is_empty());
    handle.resume();
    let (client, _) = tokio::join!(client, accepted(&mut server));
    client.unwrap();
}

#[tokio::test]
async fn a_closed_server_ends_and_its_connections_stay_open() {
    let directory = tempfile::tempdir().unwrap();
    for mut server in servers(&directory).await {
        let mut client = connect(&server).await;
        let connection = accepted(&mut server).await;
        let handle = server.handle();
        handle.close();
        handle.close();
        assert!(server.accept().await.is_none());
        assert!(handle.is_closed() && handle.address().is_none());
        assert_eq!(handle.connections().len(), 1);
        drop(connection);
        assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_waits_then_closes_and_reports() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let mut connections = Vec::new();
    for _ in 0..3 {
        let (client, connection) = tokio::join!(connector.connect(&address), accepted(&mut server));
        connections.push((client.unwrap(), connection));
    }
    let handle = server.handle();
    let (_first, first) = connections.remove(0);
    let early = tokio::spawn({
        let handle = handle.clone();
        async move {
            handle.draining().await;
            drop(first);
        }
    });
    let (_second, mut second) = connections.remove(0);
    let late = tokio::spawn(async move { second.read(&mut [0; 1]).await.unwrap_err() });

    let drained = handle.drain(Duration::from_secs(5)).await;
    assert_eq!((drained.ended, drained.closed, drained.held), (1, 1, 1));
    assert!(late.await.unwrap().to_string().contains("shutting down"));
    early.await.unwrap();
}
