use tokio::io::AsyncReadExt;
use tower_socket::{ConnectionInfo, ErrorKind, Incoming};

use crate::support::{pair_at, servers, tcp_server};

#[tokio::test]
async fn the_registry_lists_the_connections_that_are_open() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        let first = pair_at(&mut server).await;
        let second = pair_at(&mut server).await;
        let listed: Vec<_> = handle.connections().list().iter().map(ConnectionInfo::id).collect();
        assert_eq!(listed, [first.1.info().id(), second.1.info().id()]);
        drop(first);
        assert_eq!(handle.connections().len(), 1);
        assert!(handle.connections().get(second.1.info().id()).is_some());
    }
}

#[tokio::test]
async fn the_registry_lists_a_split_connection_until_both_halves_are_gone() {
    let mut server = tcp_server().await;
    let handle = server.handle();
    let (_client, connection) = pair_at(&mut server).await;
    let (reader, writer) = connection.into_split();
    drop(reader);
    assert_eq!(handle.connections().len(), 1);
    drop(writer);
    assert!(handle.connections().is_empty());
}

#[tokio::test]
async fn the_registry_lists_a_connection_taken_apart_until_what_it_held_is_gone() {
    let mut server = tcp_server().await;
    let handle = server.handle();
    let (_client, connection) = pair_at(&mut server).await;
    let parts = connection.into_parts();
    drop(parts.io);
    assert_eq!(handle.connections().len(), 1);
    drop(parts.held);
    assert!(handle.connections().is_empty());
    assert!(parts.info.is_closed());
}

#[tokio::test]
async fn a_connection_is_found_and_closed_by_its_id() {
    let mut server = tcp_server().await;
    let (_client, mut connection) = pair_at(&mut server).await;
    let found = server.handle().connections().get(connection.info().id()).unwrap();
    found.close("not welcome");
    let error = connection.read_u8().await.unwrap_err();
    assert!(error.to_string().ends_with("was closed: not welcome"), "{error}");
    let error = error.downcast::<tower_socket::Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::Closed);
}
