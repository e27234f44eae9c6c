//! The file of a listening socket.

use std::{
    fs, io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::UnixListener,
    },
    path::Path,
};

use tower_socket::{Incoming, UnixServer};

use super::{bind, leave_stale_socket};
use crate::support::{SocketPath, pair_at};

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
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
