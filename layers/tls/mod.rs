//! TLS, through rustls.

mod config;

pub use rustls::version::{TLS12, TLS13};

pub use self::config::{
    ClientTls, ClientTlsBuilder, Dangerous, Identity, Roots, ServerTls, ServerTlsBuilder,
};
