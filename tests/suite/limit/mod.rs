mod churn;
mod client;
mod handler;
mod live;
mod overflow;
mod pausing;
mod server;
mod sources;

use std::{net::SocketAddr, time::Duration};

use futures_util::{Stream, StreamExt};
use tokio::{net::TcpStream, time::timeout};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, Incoming, TcpServer,
    layers::{LimitLayer, limit::Limit},
};

async fn listen(layer: &LimitLayer) -> (Limit<TcpServer>, SocketAddr) {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    (layer.layer(server), address)
}

async fn connect(server: SocketAddr) -> TcpStream {
    TcpStream::connect(server).await.unwrap()
}

/// With the clock paused: time passes once all sockets were looked at.
async fn nobody_comes(server: &mut (impl Stream + Unpin)) {
    let next = timeout(Duration::from_secs(1), server.next()).await;
    assert!(next.is_err(), "somebody came");
}

/// A connection with a peer of that address.
fn from(peer: &str) -> Connection {
    let info = ConnectionInfo::new(Some(Address::Tcp(peer.parse().unwrap())));
    Connection::new(tokio::io::duplex(64).0, info)
}

async fn next(server: &mut (impl Stream<Item = Result<Connection, Error>> + Unpin)) -> Connection {
    server.next().await.unwrap().unwrap()
}
