use std::{
    fs::{self, Permissions},
    io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
    path::Path,
};

use tokio::io::AsyncReadExt;
use tokio_test::{assert_pending, task};
use tower::{Service, ServiceExt};
use tower_socket::{Address, Error, ErrorKind, Incoming, IntoUri, UnixConnector, UnixServer};

use crate::support::{SocketPath, connect, pair_at, uri_of};

async fn connect_error(address: impl IntoUri) -> Error {
    UnixConnector::new().oneshot(address.into_uri().unwrap()).await.unwrap_err()
}

async fn bind(path: &SocketPath) -> UnixServer {
    UnixServer::bind(path.path()).await.unwrap()
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
}

/// What a server leaves that was killed.
fn leave_stale_socket(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
}

/// A name no other test has.
fn abstract_uri() -> String {
    format!("unix://@tower-socket-{}", SocketPath::new().path().display())
}

// UNXS-01, GEN-06
#[tokio::test]
async fn a_server_listens_on_a_path_in_each_form() {
    let path = SocketPath::new();
    for text in [path.path().display().to_string(), path.uri()] {
        let mut server = UnixServer::bind(text).await.unwrap();
        assert_eq!(server.handle().address().unwrap().to_string(), path.uri());
        pair_at(&mut server).await;
    }
}

// UNXS-01
#[tokio::test]
async fn a_relative_path_is_shown_as_it_was_given() {
    let name = format!("target/relative-{}.sock", std::process::id());
    let mut server = UnixServer::bind(format!("unix://{name}")).await.unwrap();
    assert_eq!(server.handle().address().unwrap().to_string(), format!("unix://{name}"));
    let (_client, accepted) = pair_at(&mut server).await;
    assert_eq!(accepted.local_address(), Some(Address::Unix(name.into())));
}

// CONN-12
#[tokio::test]
async fn an_abstract_name_needs_no_file() {
    let uri = abstract_uri();
    let mut server = UnixServer::bind(&uri).await.unwrap();
    assert_eq!(server.handle().address().unwrap().to_string(), uri);
    let (client, accepted) = pair_at(&mut server).await;
    assert_eq!(client.peer_address().unwrap().to_string(), uri);
    assert_eq!(accepted.local_address().unwrap().to_string(), uri);
    drop(server);
    UnixServer::bind(uri).await.unwrap();
}

// UNXS-02
#[tokio::test]
async fn another_scheme_cannot_be_listened_on() {
    for text in ["tcp://localhost:0", "tls://127.0.0.1:0", "127.0.0.1:0"] {
        let error = UnixServer::bind(text).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(text), "{error}");
    }
}

// UNXS-03
#[tokio::test]
async fn a_path_that_is_another_file_is_in_use() {
    let error = UnixServer::bind("/dev/null").await.unwrap_err();
    let text = "failed to listen on unix:///dev/null: address already in use (EADDRINUSE)";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Listen);
    let builder = UnixServer::builder().replace_stale(true);
    assert_eq!(builder.bind("/dev/null").await.unwrap_err().to_string(), text);
}

// UNXS-03
#[tokio::test]
async fn a_directory_that_is_missing_is_an_error_that_says_so() {
    let error = UnixServer::bind("/nonesuch/socket").await.unwrap_err();
    let text = "failed to listen on unix:///nonesuch/socket: no such file or directory (ENOENT)";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.raw_os_error(), Some(2));
}

// UNXS-04
#[tokio::test]
async fn a_path_that_is_listened_on_is_in_use() {
    let path = SocketPath::new();
    let mut server = bind(&path).await;
    for builder in [UnixServer::builder(), UnixServer::builder().replace_stale(true)] {
        let error = builder.bind(path.path()).await.unwrap_err();
        assert!(error.to_string().ends_with("address already in use (EADDRINUSE)"), "{error}");
        assert_eq!(error.raw_os_error(), Some(98));
    }
    pair_at(&mut server).await;
}

// UNXS-05
#[tokio::test]
async fn a_closed_server_takes_its_file_away() {
    let path = SocketPath::new();
    let server = bind(&path).await;
    assert!(is_socket(&path.path()));
    server.handle().close();
    assert!(!path.path().exists());
    drop(bind(&path).await);
    assert!(!path.path().exists());
}

// UNXS-05
#[tokio::test]
async fn a_closed_server_leaves_a_file_that_is_not_its_own() {
    let path = SocketPath::new();
    let server = bind(&path).await;
    fs::remove_file(path.path()).unwrap();
    let other = UnixListener::bind(path.path()).unwrap();
    server.handle().close();
    assert!(is_socket(&path.path()));
    drop(other);
}

// UNXS-05
#[tokio::test]
async fn the_file_stays_where_that_was_asked_for() {
    let path = SocketPath::new();
    drop(UnixServer::builder().unlink_on_close(false).bind(path.path()).await.unwrap());
    assert!(is_socket(&path.path()));
}

// UNXS-05
#[tokio::test]
async fn a_stale_socket_is_in_use_unless_it_may_be_replaced() {
    let path = SocketPath::new();
    leave_stale_socket(&path.path());
    let error = UnixServer::bind(path.path()).await.unwrap_err();
    assert_eq!(error.io_kind(), io::ErrorKind::AddrInUse);
    let builder = UnixServer::builder().replace_stale(true);
    pair_at(&mut builder.bind(path.path()).await.unwrap()).await;
}

// UNXS-05, UNXS-13
#[tokio::test]
async fn the_mode_is_as_it_was_asked_for_whatever_the_umask() {
    for mode in [0o600, 0o666, 0o660] {
        let path = SocketPath::new();
        let _server = UnixServer::builder().mode(mode).bind(path.path()).await.unwrap();
        assert_eq!(fs::metadata(path.path()).unwrap().mode() & 0o777, mode);
    }
}

// UNXS-06, UNXC-01
#[tokio::test]
async fn a_path_that_is_too_long_is_an_error() {
    let path = Path::new("/tmp").join("x".repeat(103));
    assert_eq!(path.as_os_str().len(), 108);
    let error = UnixServer::bind(path.as_path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("107"), "{error}");
    let uri = path.display().to_string().parse().unwrap();
    let error = UnixConnector::new().oneshot(uri).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

// UNXS-06
#[tokio::test]
async fn a_path_of_107_bytes_is_listened_on() {
    let directory = tempfile::tempdir_in("/tmp").unwrap();
    let rest = 107 - directory.path().as_os_str().len() - 1;
    let path = directory.path().join("x".repeat(rest));
    let mut server = UnixServer::bind(path.as_path()).await.unwrap();
    pair_at(&mut server).await;
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
async fn the_backlog_is_511_unless_told_otherwise() {
    let path = SocketPath::new();
    let _server = bind(&path).await;
    let limit = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let places = 511.min(limit.trim().parse().unwrap()) + 1;
    let connect = || {
        let socket =
            socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM.nonblocking(), None);
        socket.unwrap().connect(&socket2::SockAddr::unix(path.path()).unwrap())
    };
    for _ in 0..places {
        connect().unwrap();
    }
    assert_eq!(connect().unwrap_err().kind(), io::ErrorKind::WouldBlock);
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
