//! TLS, through rustls.

mod acceptor;
mod config;
mod error;
mod future;
mod handshake;
mod layer;
mod server_name;
mod service;

pub use rustls::version::{TLS12, TLS13};

pub use self::{
    acceptor::{Accepting, TlsAcceptor},
    config::{
        ClientTls, ClientTlsBuilder, Dangerous, Identity, Roots, ServerTls, ServerTlsBuilder,
    },
    future::Connecting,
    layer::TlsLayer,
    service::Tls,
};
