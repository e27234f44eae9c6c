mod changing;
mod handler;
mod sources;
mod turning_away;
mod waiting;

use std::{net::SocketAddr, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use tokio::net::TcpStream;
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, Incoming, TcpServer,
    layers::{
        AcceptRateLayer,
        rate_limit::{AcceptRate, Rate},
    },
};

/// A tenth of a second for each, and three at once.
const RATE: Rate = Rate::per_second(10).burst(3);
const INTERVAL: Duration = Duration::from_millis(100);

/// A connection with a peer of that address.
fn from(peer: &str) -> Connection {
    let info = ConnectionInfo::new(Some(Address::Tcp(peer.parse().unwrap())));
    Connection::new(tokio::io::duplex(64).0, info)
}

/// A server that somebody connects to whenever it asks.
fn crowded(
    layer: &AcceptRateLayer,
) -> AcceptRate<impl Stream<Item = Result<Connection, Error>> + Unpin + use<>> {
    layer.layer(stream::repeat_with(|| Ok(from("192.0.2.1:7"))))
}

async fn listen(layer: &AcceptRateLayer) -> (AcceptRate<TcpServer>, SocketAddr) {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    (layer.layer(server), address)
}

async fn connect(server: SocketAddr) -> TcpStream {
    TcpStream::connect(server).await.unwrap()
}

/// How many of the next are let in.
async fn let_in<S>(server: &mut AcceptRate<S>, of: usize) -> usize
where
    S: Stream<Item = Result<Connection, Error>> + Unpin,
{
    let items: Vec<_> = server.by_ref().take(of).collect().await;
    items.iter().filter(|item| item.is_ok()).count()
}
