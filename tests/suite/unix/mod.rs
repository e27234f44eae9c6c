mod connector;
mod file;
mod server;

use std::{os::unix::net::UnixListener, path::Path};

use tower_socket::UnixServer;

use crate::support::SocketPath;

async fn bind(path: &SocketPath) -> UnixServer {
    UnixServer::bind(path.path()).await.unwrap()
}

/// What a server leaves that was killed.
fn leave_stale_socket(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
}
