use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_test::{assert_pending, assert_ready, task};
use tower::service_fn;
use tower_layer::Layer;
use tower_socket::{
    BoxError, Connection, Error, ErrorKind, Incoming, Server,
    layers::{HandshakeLayer, LimitLayer},
};

use super::{connect, from, listen, next, nobody_comes};

// LIM-01
#[tokio::test]
async fn the_address_is_that_of_the_server_below() {
    let (server, address) = listen(&LimitLayer::new(1)).await;
    assert_eq!(server.handle().address().unwrap().socket_addr(), Some(address));
    assert_eq!(server.get_ref().handle().address(), server.handle().address());
}

// LIM-02, LIM-03
#[tokio::test(start_paused = true)]
async fn pausing_and_resuming_reach_the_server_below_and_count_once() {
    let (mut server, address) = listen(&LimitLayer::new(5)).await;
    server.handle().resume();
    server.handle().pause();
    server.handle().pause();
    assert!(server.get_ref().handle().is_paused());
    let _client = connect(address).await;
    nobody_comes(&mut server).await;

    server.handle().resume();
    assert!(!server.get_ref().handle().is_paused());
    server.handle().resume();
    next(&mut server).await;
}

// LIM-04
#[tokio::test]
async fn closing_stops_the_server_below_and_leaves_connections_open() {
    let (mut server, address) = listen(&LimitLayer::new(5)).await;
    let mut client = connect(address).await;
    let mut connection = next(&mut server).await;

    server.handle().close();
    assert!(server.next().await.is_none());
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(server.connections().len(), 1);
    connection.write_all(b"still here").await.unwrap();
    let mut text = [0; 10];
    client.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"still here");

    drop(connection);
    assert!(server.connections().is_empty());
}

// LIM-04
#[tokio::test]
async fn closing_ends_a_stream_that_waits_at_its_limit() {
    let (mut server, address) = listen(&LimitLayer::new(1).pause_on_limit()).await;
    let _client = connect(address).await;
    let _connection = next(&mut server).await;
    let handle = server.handle();
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());

    handle.close();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert!(waiting.is_woken());
    assert!(assert_ready!(waiting.poll()).is_none());
}

// LIM-04
#[tokio::test]
async fn closing_ends_a_stream_that_waits_far_above_its_server() {
    let (inner, address) = listen(&LimitLayer::unlimited()).await;
    let through = service_fn(|connection: Connection| async { Ok::<_, Error>(connection) });
    let limit = LimitLayer::new(1).pause_on_limit();
    let mut server = limit.layer(HandshakeLayer::new(through).layer(Server::merge([inner])));
    let _client = connect(address).await;
    let _connection = next(&mut server).await;
    let handle = server.handle();
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());
    handle.close();
    assert!(waiting.await.is_none());
}

#[tokio::test]
async fn a_stream_that_was_closed_while_it_waited_takes_no_place() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let ((mut server, address), (mut closed, _)) = (listen(&layer).await, listen(&layer).await);
    let _clients = [connect(address).await, connect(address).await];
    let connection = next(&mut server).await;
    assert_pending!(task::spawn(closed.next()).poll());
    closed.handle().close();
    assert!(closed.next().await.is_none());
    drop(connection);
    assert_ready!(task::spawn(server.next()).poll()).unwrap().unwrap();
}

// LIM-04
#[tokio::test]
async fn closing_another_server_does_not_end_a_stream_that_waits() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let ((mut server, address), (other, _)) = (listen(&layer).await, listen(&layer).await);
    let _clients = [connect(address).await, connect(address).await];
    let connection = next(&mut server).await;
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());
    other.handle().close();
    assert_pending!(waiting.poll());
    drop(connection);
    waiting.await.unwrap().unwrap();
}

// LIM-05
#[tokio::test]
async fn errors_of_the_server_below_are_handed_on() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let refused = || Err::<Connection, _>(Error::from(BoxError::from("refused")));
    let mut server = layer.layer(stream::iter([refused(), refused(), Ok(from("192.0.2.1:1"))]));
    for _ in 0..2 {
        let error = server.next().await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "connection failed: refused");
        assert!(server.connections().is_empty(), "an error takes no place");
    }
    next(&mut server).await;
}

// LIM-06
#[tokio::test]
async fn a_connection_is_in_the_list_when_it_is_yielded() {
    let (mut server, address) = listen(&LimitLayer::new(5)).await;
    let _client = connect(address).await;
    let list = server.connections().clone();
    let found = server.by_ref().map(|item| list.get(item.unwrap().info().id()).is_some());
    assert_eq!(found.take(1).collect::<Vec<_>>().await, [true]);
}

// LIM-07
#[tokio::test]
async fn one_too_many_is_closed_with_an_error_that_names_it() {
    let (mut server, address) = listen(&LimitLayer::new(1)).await;
    let mut first = connect(address).await;
    let mut accepted = next(&mut server).await;
    let mut second = connect(address).await;

    let error = server.next().await.unwrap().unwrap_err();
    let peer = second.local_addr().unwrap();
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    assert!(error.is_limit_reached());
    assert_eq!(error.peer().unwrap().socket_addr(), Some(peer));
    assert_eq!(
        error.to_string(),
        format!(
            "connection from tcp://{peer} closed because the limit of open connections is \
             reached: at most 1"
        )
    );
    assert_eq!(second.read(&mut [0]).await.unwrap(), 0);

    assert_eq!(server.connections().len(), 1);
    first.write_all(b"x").await.unwrap();
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 1);
}

// LIM-08
#[tokio::test]
async fn a_place_is_free_when_either_side_has_closed() {
    let (mut server, address) = listen(&LimitLayer::new(1)).await;
    for _ in 0..3 {
        let client = connect(address).await;
        let mut connection = next(&mut server).await;
        drop(client);
        assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(server.connections().len(), 1, "this side has not closed");
        drop(connection);
        assert!(server.connections().is_empty());
    }
}

// LIM-08
#[tokio::test]
async fn a_place_is_held_by_both_halves_and_by_the_parts() {
    let (mut server, address) = listen(&LimitLayer::new(1)).await;
    let _client = connect(address).await;
    let (reader, writer) = next(&mut server).await.into_split();
    drop(reader);
    assert_eq!(server.connections().len(), 1);
    drop(writer);
    assert!(server.connections().is_empty());

    let _client = connect(address).await;
    let parts = next(&mut server).await.into_parts();
    drop(parts.io);
    assert_eq!(server.connections().len(), 1);
    drop(parts.held);
    assert!(server.connections().is_empty());
}

// LIM-09
#[tokio::test]
async fn without_a_limit_connections_are_only_counted() {
    let (mut server, address) = listen(&LimitLayer::unlimited().pause_on_limit()).await;
    let mut open = Vec::new();
    for nth in 1..=20 {
        let client = connect(address).await;
        open.push((client, next(&mut server).await));
        assert_eq!(server.connections().len(), nth);
    }
    open.clear();
    assert!(server.connections().is_empty());
}

// LIM-10
#[tokio::test]
async fn a_limit_of_zero_turns_everyone_away_and_never_pauses() {
    for layer in [LimitLayer::new(0), LimitLayer::new(0).pause_on_limit()] {
        let (mut server, address) = listen(&layer).await;
        for _ in 0..2 {
            let mut client = connect(address).await;
            assert!(server.next().await.unwrap().unwrap_err().is_limit_reached());
            assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
        }
        assert!(layer.connections().is_empty());
    }
}

// LIM-14
#[tokio::test]
async fn the_list_shows_every_open_connection_and_can_close_it() {
    let (mut server, address) = listen(&LimitLayer::new(5)).await;
    let mut clients = [connect(address).await, connect(address).await, connect(address).await];
    let mut open = Vec::new();
    for client in &mut clients {
        client.write_all(b"hello").await.unwrap();
        let mut connection = next(&mut server).await;
        connection.read_exact(&mut [0; 5]).await.unwrap();
        open.push(connection);
    }

    let listed = server.connections().list();
    assert_eq!(listed.len(), 3);
    for (info, client) in listed.iter().zip(&clients) {
        let peer = info.peer_address().unwrap().socket_addr();
        assert_eq!(peer, Some(client.local_addr().unwrap()));
        assert_eq!(info.bytes_read(), 5);
        info.close("so long");
    }
    for mut connection in open {
        let error = connection.read(&mut [0]).await.unwrap_err();
        assert!(error.to_string().ends_with("was closed: so long"), "{error}");
    }
    assert!(server.connections().is_empty());
}

// LIM-15
#[tokio::test]
async fn the_place_in_the_stack_says_what_is_counted() {
    let (below, above) = (LimitLayer::new(5), LimitLayer::new(5));
    let (accepting, address) = listen(&below).await;
    // Finished once the client has said something.
    let handshakes = accepting.then(|connection| async {
        let mut connection = connection?;
        connection.read_exact(&mut [0; 5]).await.map_err(BoxError::from)?;
        Ok(connection)
    });
    let mut server = above.layer(Box::pin(handshakes));
    let mut client = connect(address).await;
    tokio::select! {
        biased;
        _ = server.next() => unreachable!("the client is silent"),
        () = until(|| below.connections().len() == 1) => {}
    }
    assert!(above.connections().is_empty());

    client.write_all(b"hello").await.unwrap();
    let connection = next(&mut server).await;
    assert_eq!((below.connections().len(), above.connections().len()), (1, 1));
    drop(connection);
    assert_eq!((below.connections().len(), above.connections().len()), (0, 0));
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}
