mod bind;
mod connector;
mod options;
mod server;

use std::net::SocketAddr;

use tower_socket::ServerHandle;

/// Where nobody listens now.
fn free_address(host: &str) -> SocketAddr {
    std::net::TcpListener::bind((host, 0)).unwrap().local_addr().unwrap()
}

fn port_of(handle: &ServerHandle) -> u16 {
    handle.address().unwrap().port().unwrap()
}
