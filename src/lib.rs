//! One interface for every connection: TCP, TLS and Unix sockets, client and
//! server, as a tower stack.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
pub mod connection;
pub mod connector;
mod error;
pub mod fd;
mod refused;
mod registry;
mod runtime;
pub mod server;
pub mod tcp;
pub mod unix;
mod uri;

#[cfg(feature = "tls")]
pub use self::connection::TlsInfo;
pub use self::{
    address::Address,
    connection::{Connection, ConnectionInfo},
    connector::Connector,
    error::{Attempt, BoxError, Error, ErrorKind},
    fd::FdServer,
    registry::Registry,
    server::{Incoming, Server, ServerHandle},
    tcp::{TcpConnector, TcpServer},
    unix::{UnixConnector, UnixServer},
    uri::IntoUri,
};

// The layers stand beside `src` so that the top level shows the architecture.
#[path = "../layers/mod.rs"]
pub mod layers;
