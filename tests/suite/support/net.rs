use std::{os::fd::OwnedFd, path::PathBuf, sync::LazyLock};

use http::Uri;
use tempfile::TempDir;
use tower::ServiceExt;
use tower_socket::{
    Connection, FdServer, Incoming, TcpConnector, TcpServer, UnixConnector, UnixServer,
};

pub(crate) type AnyServer = Box<dyn Incoming + Send + Unpin>;

/// A path for one socket, in a directory that goes with it.
pub(crate) struct SocketPath {
    directory: TempDir,
}

impl SocketPath {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// As a user types it.
    pub(crate) fn uri(&self) -> String {
        format!("unix://{}", self.path().display())
    }
}

/// Where a server listens, in the normal form.
pub(crate) fn uri_of(server: &impl Incoming) -> Uri {
    use tower_socket::IntoUri;
    server.handle().address().unwrap().into_uri().unwrap()
}

pub(crate) async fn tcp_server() -> TcpServer {
    TcpServer::bind("127.0.0.1:0").await.unwrap()
}

pub(crate) async fn connect(uri: Uri) -> Connection {
    match uri.scheme_str() {
        Some("unix") => UnixConnector::new().oneshot(uri).await.unwrap(),
        _ => TcpConnector::new().oneshot(uri).await.unwrap(),
    }
}

/// The client's end and the server's.
pub(crate) async fn pair_at(server: &mut (impl Incoming + Unpin)) -> (Connection, Connection) {
    let client = connect(uri_of(server)).await;
    (client, server.accept().await.unwrap().unwrap())
}

pub(crate) async fn tcp_pair() -> (Connection, Connection) {
    pair_at(&mut tcp_server().await).await
}

pub(crate) async fn unix_pair() -> (Connection, Connection) {
    let path = SocketPath::new();
    pair_at(&mut UnixServer::bind(path.path()).await.unwrap()).await
}

/// Over each transport.
pub(crate) async fn pairs() -> [(Connection, Connection); 2] {
    [tcp_pair().await, unix_pair().await]
}

/// One server of each kind, and what has to live as long as they do.
pub(crate) async fn servers() -> (Vec<AnyServer>, SocketPath) {
    let path = SocketPath::new();
    let inherited: OwnedFd = std::net::TcpListener::bind("127.0.0.1:0").unwrap().into();
    let servers: Vec<AnyServer> = vec![
        Box::new(tcp_server().await),
        Box::new(UnixServer::bind(path.path()).await.unwrap()),
        Box::new(FdServer::from_fd(inherited).unwrap()),
    ];
    (servers, path)
}

/// Whether this machine has `::1`.
pub(crate) fn has_ipv6() -> bool {
    static FOUND: LazyLock<bool> = LazyLock::new(|| std::net::TcpListener::bind("[::1]:0").is_ok());
    *FOUND
}

/// Lets the runtime hear of everything that has happened so far.
pub(crate) async fn settle() {
    tcp_pair().await;
}
