//! Everything that wraps a connector, a server or the handling of a connection.

#[macro_use]
mod macros;

#[cfg(feature = "dns")]
pub mod dns;
pub mod fixed_uri;
pub mod handshake;
pub mod limit;
pub mod timeout;
#[cfg(feature = "tls")]
pub mod tls;

#[cfg(feature = "dns")]
pub use self::dns::DnsLayer;
#[cfg(feature = "tls")]
pub use self::tls::{TlsAcceptLayer, TlsAcceptor, TlsLayer};
pub use self::{
    fixed_uri::FixedUriLayer, handshake::HandshakeLayer, limit::LimitLayer, timeout::TimeoutLayer,
};
