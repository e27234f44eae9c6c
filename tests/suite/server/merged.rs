//! Several listeners as one server.

use std::time::Duration;

use futures_util::FutureExt;
use tower_socket::{Incoming, Server};

use super::{accepted, connect, nobody_comes, secure};

async fn listen() -> Server {
    Server::bind("127.0.0.1:0").await.unwrap()
}

#[tokio::test]
async fn connections_of_all_of_them_are_yielded() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("a.sock");
    let (builder, connector) = secure();
    let mut server = Server::merge([
        listen().await,
        builder.bind("tls://127.0.0.1:0").await.unwrap(),
        builder.bind(socket.as_path()).await.unwrap(),
    ]);
    let addresses = server.handle().addresses();
    assert_eq!(addresses.len(), 3);
    for address in addresses {
        let (client, connection) = tokio::join!(connector.connect(&address), accepted(&mut server));
        assert_eq!(client.unwrap().peer_address(), Some(address.clone()));
        assert_eq!(connection.local_address(), Some(address));
    }
}

#[tokio::test]
async fn a_busy_one_does_not_hold_the_others_up() {
    let (busy, quiet) = (listen().await, listen().await);
    let _clients = [connect(&busy).await, connect(&busy).await, connect(&quiet).await];
    let expected = quiet.handle().address();
    let mut server = Server::merge([busy, quiet]);
    let first = [accepted(&mut server).await, accepted(&mut server).await];
    assert!(first.iter().any(|connection| connection.local_address() == expected));
}

#[tokio::test(start_paused = true)]
async fn one_handle_pauses_and_resumes_them_all() {
    let servers = [listen().await, listen().await];
    let _clients = [connect(&servers[0]).await, connect(&servers[1]).await];
    let mut server = Server::merge(servers);
    server.handle().pause();
    assert!(server.handle().is_paused());
    nobody_comes(&mut server).await;
    server.handle().resume();
    let _connections = [accepted(&mut server).await, accepted(&mut server).await];
}

#[tokio::test]
async fn one_that_is_closed_ends_alone_and_all_end_the_server() {
    let servers = [listen().await, listen().await, listen().await];
    let handles = servers.each_ref().map(Incoming::handle);
    let mut server = Server::merge(servers);
    handles[1].close();
    assert!(server.accept().now_or_never().is_none());
    assert_eq!(server.handle().addresses().len(), 2);

    server.handle().close();
    assert!(server.accept().await.is_none());
    assert!(handles[0].is_closed() && handles[2].is_closed());
}

#[tokio::test]
async fn none_at_all_ends_at_once() {
    let mut server = Server::merge(Vec::<Server>::new());
    assert!(server.accept().await.is_none());
    assert!(server.handle().connections().is_empty());
}

#[tokio::test]
async fn the_handle_lists_the_connections_of_all() {
    let servers = [listen().await, listen().await];
    let _clients = [connect(&servers[0]).await, connect(&servers[1]).await];
    let single = servers[0].handle();
    let mut server = Server::merge(servers);
    let connections = [accepted(&mut server).await, accepted(&mut server).await];
    let all = server.handle().connections().clone();
    assert_eq!(all.list().iter().map(|info| info.id()).collect::<Vec<_>>(), {
        let mut ids = connections.each_ref().map(|connection| connection.info().id());
        ids.sort_unstable();
        ids
    });
    assert_eq!((all.len(), single.connections().len()), (2, 1));
    assert!(connections.iter().all(|connection| all.get(connection.info().id()).is_some()));
    drop(connections);
    all.emptied().await;
}

#[tokio::test]
async fn a_drain_waits_for_the_connections_of_all_and_tells_every_handler() {
    let servers = [listen().await, listen().await];
    let handles = servers.each_ref().map(Incoming::handle);
    let mut server = Server::merge(servers);
    for handle in handles {
        let address = handle.address().unwrap();
        let client = tower_socket::Connector::new().connect(address).await.unwrap();
        let connection = accepted(&mut server).await;
        tokio::spawn(async move {
            handle.draining().await;
            drop((client, connection));
        });
    }
    let drained = server.handle().drain(Duration::from_secs(60)).await;
    assert_eq!((drained.ended, drained.closed, drained.held), (2, 0, 0));
    server.handle().draining().await;
}
