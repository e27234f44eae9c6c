use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::advance,
};
use tower_socket::{ConnectionInfo, ErrorKind, Incoming, connection::ConnectionState};

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

#[tokio::test(start_paused = true)]
async fn the_list_says_who_is_there_since_when_and_how_busy() {
    let mut server = tcp_server().await;
    let (mut client, mut connection) = pair_at(&mut server).await;
    client.write_all(b"hello").await.unwrap();
    connection.read_exact(&mut [0; 5]).await.unwrap();
    connection.write_all(b"hi").await.unwrap();
    advance(Duration::from_secs(7)).await;

    let list = server.handle().connections().list();
    let [info] = list.as_slice() else { panic!("{list:?}") };
    assert_eq!(info.id(), connection.info().id());
    assert_eq!(info.peer_address(), client.local_address());
    assert_eq!(info.listener_address(), server.handle().address());
    assert_eq!(info.age().as_secs(), 7);
    assert_eq!((info.bytes_read(), info.bytes_written()), (5, 2));
    assert_eq!(info.state(), ConnectionState::Open);
    drop(connection);
    assert_eq!(info.state(), ConnectionState::Closed);
}

#[tokio::test]
async fn all_that_are_open_are_closed_with_one_reason() {
    for mut server in servers().await.0 {
        let mut pairs = [pair_at(&mut server).await, pair_at(&mut server).await];
        server.handle().connections().close_all("that is all for today");
        for (client, connection) in &mut pairs {
            let error = connection.read_u8().await.unwrap_err();
            assert!(error.to_string().ends_with("was closed: that is all for today"), "{error}");
            let error = connection.write_u8(1).await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted);
            assert!(client.write_u8(1).await.is_ok(), "the client is another one's");
        }
        let (_client, mut next) = pair_at(&mut server).await;
        assert!(next.write_u8(1).await.is_ok(), "it came later");
    }
}
