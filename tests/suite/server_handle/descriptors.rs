//! Listening sockets for somebody else.

use tower_socket::{FdServer, Incoming, Server, UnixServer};

use crate::support::{AnyServer, SocketPath, connect, pair_at, servers, tcp_server, uri_of};

/// Another server on the same sockets.
fn successor(server: &AnyServer) -> FdServer {
    let mut descriptors = server.handle().descriptors().unwrap();
    assert_eq!(descriptors.len(), 1);
    FdServer::from_fd(descriptors.pop().unwrap()).unwrap()
}

#[tokio::test]
async fn another_server_accepts_once_the_first_is_closed() {
    let (servers, _path) = servers().await;
    for server in servers {
        let mut successor = successor(&server);
        assert_eq!(successor.handle().address(), server.handle().address());
        server.handle().close();
        pair_at(&mut successor).await;
    }
}

#[tokio::test]
async fn who_waited_in_the_queue_is_accepted_by_the_other_server() {
    let (servers, _path) = servers().await;
    for server in servers {
        let _client = connect(uri_of(&server)).await;
        let mut successor = successor(&server);
        drop(server);
        successor.accept().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_file_of_a_unix_socket_stays_once_its_descriptor_is_given_away() {
    let path = SocketPath::new();
    let server = UnixServer::bind(path.path()).await.unwrap();
    let descriptors = server.handle().descriptors().unwrap();
    drop(server);
    assert!(path.path().exists());
    drop(descriptors);
}

#[tokio::test]
async fn there_is_one_for_each_listener_that_is_open() {
    let servers = [tcp_server().await, tcp_server().await];
    let [first, second] = [&servers[0], &servers[1]].map(Incoming::handle);
    let server = Server::merge(servers);
    let handle = server.handle();
    assert_eq!(handle.descriptors().unwrap().len(), 2);
    first.close();
    let mut left = handle.descriptors().unwrap();
    let left = FdServer::from_fd(left.pop().unwrap()).unwrap();
    assert_eq!(left.handle().address(), second.address());
    second.close();
    assert!(handle.descriptors().unwrap().is_empty());
}
