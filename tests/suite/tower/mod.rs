//! tower's own middleware over our connectors.

mod balance;
#[cfg(feature = "hyper")]
mod hyper;
mod limits;
mod requests;
mod retry;

use std::net::SocketAddr;

use http::Uri;
use tower_socket::{Incoming, TcpServer};

fn uri(address: SocketAddr) -> Uri {
    Uri::try_from(format!("tcp://{address}")).unwrap()
}

/// A server that nobody has to poll: the kernel's queue takes its clients.
async fn listen() -> (TcpServer, Uri) {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    (server, uri(address))
}
