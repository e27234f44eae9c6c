//! TLS 1.3 handshakes: connect, shake hands, read the byte the server sends,
//! close.

pub(super) mod client;
pub(super) mod clients;
pub(super) mod resumed;
pub(super) mod server;
pub(super) mod servers;
pub(super) mod speaking_first;
pub(super) mod two_cores;
