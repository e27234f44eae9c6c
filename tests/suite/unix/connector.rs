use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
};

use tokio::io::AsyncReadExt;
use tokio_test::{assert_pending, task};
use tower::{Service, ServiceExt};
use tower_socket::{Address, Error, ErrorKind, Incoming, IntoUri, UnixConnector, UnixServer};

use super::{bind, leave_stale_socket};
use crate::support::{SocketPath, connect, uri_of};

async fn connect_error(address: impl IntoUri) -> Error {
    UnixConnector::new().oneshot(address.into_uri().unwrap()).await.unwrap_err()
}

// UNXC-01
#[tokio::test]
async fn a_path_that_is_not_there_is_an_error_that_says_so() {
    let error = connect_error("unix:///nonesuch").await;
    let text = "connection to unix:///nonesuch failed: no such file or directory (ENOENT)";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.raw_os_error(), Some(2));
}

// UNXC-01
#[tokio::test]
async fn a_uri_without_a_scheme_is_a_path() {
    let uri = "example.com:80".parse().unwrap();
    let error = UnixConnector::new().oneshot(uri).await.unwrap_err();
    assert_eq!(error.peer(), Some(&Address::Unix("example.com:80".into())));
    assert_eq!(error.raw_os_error(), Some(2));
}

// UNXC-01, UNXC-03
#[tokio::test]
async fn a_path_is_connected_to_in_each_form() {
    let path = SocketPath::new();
    let mut server = bind(&path).await;
    let bare = path.path().display().to_string().parse().unwrap();
    for uri in [bare, path.uri().into_uri().unwrap(), path.path().into_uri().unwrap()] {
        let client = connect_to(uri).await;
        assert_eq!(client.peer_address().unwrap().to_string(), path.uri());
        server.accept().await.unwrap().unwrap();
    }
}

async fn connect_to(uri: http::Uri) -> tower_socket::Connection {
    UnixConnector::new().oneshot(uri).await.unwrap()
}

// UNXC-02
#[tokio::test]
async fn another_scheme_cannot_be_connected_to() {
    for text in ["tcp://example.com:80", "tls://127.0.0.1:443"] {
        let error = connect_error(text).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(text), "{error}");
    }
}

// UNXC-05
#[tokio::test]
async fn a_socket_nobody_listens_on_is_an_error_that_says_so() {
    let path = SocketPath::new();
    leave_stale_socket(&path.path());
    let error = connect_error(path.path()).await;
    let text = format!("connection to {} failed: connection refused (ECONNREFUSED)", path.uri());
    assert_eq!(error.to_string(), text);
    assert_eq!(error.raw_os_error(), Some(111));
}

// UNXC-05
#[tokio::test]
async fn another_file_refuses_connections_too() {
    let path = SocketPath::new();
    fs::write(path.path(), "").unwrap();
    fs::set_permissions(path.path(), Permissions::from_mode(0o666)).unwrap();
    assert_eq!(connect_error(path.path()).await.raw_os_error(), Some(111));
}

// UNXC-04
#[tokio::test]
async fn dropping_a_connect_closes_its_socket() {
    let path = SocketPath::new();
    let mut server = bind(&path).await;
    drop(UnixConnector::new().call(uri_of(&server)));
    let mut accepted = server.accept().await.unwrap().unwrap();
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
}

// UNXC-06, GEN-11
#[tokio::test(start_paused = true)]
async fn a_connect_waits_for_a_place_in_a_full_queue() {
    let path = SocketPath::new();
    let mut server = UnixServer::builder().backlog(1).bind(path.path()).await.unwrap();
    let queued = [connect(uri_of(&server)).await, connect(uri_of(&server)).await];
    let mut connecting = task::spawn(UnixConnector::new().call(uri_of(&server)));
    assert_pending!(connecting.poll());
    for _ in &queued {
        server.accept().await.unwrap().unwrap();
    }
    let client = connecting.await.unwrap();
    assert_eq!(client.peer_address(), server.handle().address());
}

// UNXC-06
#[tokio::test(start_paused = true)]
async fn a_server_that_goes_away_ends_the_wait() {
    let path = SocketPath::new();
    let server = UnixServer::builder().backlog(1).bind(path.path()).await.unwrap();
    let _queued = [connect(uri_of(&server)).await, connect(uri_of(&server)).await];
    let mut connecting = task::spawn(UnixConnector::new().call(uri_of(&server)));
    assert_pending!(connecting.poll());
    drop(server);
    let error = connecting.await.unwrap_err();
    assert!(error.to_string().ends_with("no such file or directory (ENOENT)"), "{error}");
}

#[test]
fn a_connect_outside_a_runtime_is_an_error() {
    let mut connecting = task::spawn(UnixConnector::new().call("/x".parse().unwrap()));
    let error = tokio_test::assert_ready_err!(connecting.poll());
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_connection_of_a_stream_from_elsewhere_knows_its_addresses() {
    let path = SocketPath::new();
    let _listener = UnixListener::bind(path.path()).unwrap();
    let stream = UnixStream::connect(path.path()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let stream = tokio::net::UnixStream::from_std(stream).unwrap();
    let client = tower_socket::Connection::from(stream);
    assert_eq!(client.peer_address(), Some(Address::Unix(path.path())));
}
