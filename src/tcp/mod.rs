//! TCP, both sides.

mod connecting;
mod connector;
mod options;
mod server;

pub use self::{
    connecting::Connecting,
    connector::TcpConnector,
    options::TcpOptions,
    server::{TcpServer, TcpServerBuilder},
};
