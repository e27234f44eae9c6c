use std::{fs, io, path::Path};

use tower::ServiceExt;
use tower_socket::{Address, ErrorKind, Incoming, UnixConnector, UnixServer};

use super::bind;
use crate::support::{SocketPath, pair_at};

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
    let path = SocketPath::new();
    let up = "../".repeat(std::env::current_dir().unwrap().components().count() - 1);
    let name = path.path().display().to_string().replacen('/', &up, 1);
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
