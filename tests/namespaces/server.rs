//! Servers that tell clients who they are.

use std::net::TcpListener;

use tokio::{io::AsyncWriteExt, net, task::JoinSet};
use tower::ServiceExt;
use tower_socket::{
    Connection,
    layers::tls::{ServerTls, TlsAcceptor},
};

/// Serves until it is dropped.
pub(crate) fn serve(listener: TcpListener, tls: Option<ServerTls>) -> JoinSet<()> {
    let listener = net::TcpListener::from_std(listener).unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut clients = JoinSet::new();
        while let Ok((stream, peer)) = listener.accept().await {
            clients.spawn(tell(stream.into(), peer.ip().to_string(), tls.clone()));
        }
    });
    tasks
}

/// Losers of a race may be gone already.
async fn tell(mut connection: Connection, who: String, tls: Option<ServerTls>) {
    if let Some(tls) = tls {
        let Ok(encrypted) = TlsAcceptor::new(tls).oneshot(connection).await else { return };
        connection = encrypted;
    }
    let _ = connection.write_all(who.as_bytes()).await;
    let _ = connection.shutdown().await;
}
