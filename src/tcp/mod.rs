//! TCP, both sides.

mod builder;
mod connecting;
mod connector;
mod fast_open;
mod keepalive;
mod options;
mod server;

pub use self::{
    builder::TcpServerBuilder, connecting::Connecting, connector::TcpConnector,
    keepalive::Keepalive, options::TcpOptions, server::TcpServer,
};

use std::{io, net::SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};

fn socket(address: SocketAddr, multipath: bool) -> io::Result<Socket> {
    let protocol = if multipath { Protocol::MPTCP } else { Protocol::TCP };
    Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), Some(protocol))
}
