//! TLS 1.3 handshakes: connect, shake hands, read the byte the server sends,
//! close.

pub(super) mod client;
pub(super) mod clients;
pub(super) mod server;
pub(super) mod servers;
