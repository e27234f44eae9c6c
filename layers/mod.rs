//! Everything that wraps a connector, a server or the handling of a connection.

#[macro_use]
mod macros;

pub mod access;
pub mod admission;
#[cfg(feature = "dns")]
pub mod dns;
pub mod fixed_uri;
pub mod handshake;
pub mod lifetime;
pub mod limit;
#[cfg(feature = "proxy-protocol")]
pub mod proxy_protocol;
#[cfg(feature = "rate-limit")]
pub mod rate_limit;
pub mod timeout;
#[cfg(feature = "tls")]
pub mod tls;

#[cfg(feature = "dns")]
pub use self::dns::DnsLayer;
#[cfg(feature = "proxy-protocol")]
pub use self::proxy_protocol::{ProxyProtocolAcceptLayer, ProxyProtocolLayer};
#[cfg(feature = "rate-limit")]
pub use self::rate_limit::AcceptRateLayer;
#[cfg(feature = "tls")]
pub use self::tls::{TlsAcceptLayer, TlsAcceptor, TlsLayer};
pub use self::{
    access::AccessLayer,
    admission::Overflow,
    fixed_uri::FixedUriLayer,
    handshake::HandshakeLayer,
    lifetime::{IdleTimeoutLayer, MaxAgeLayer},
    limit::LimitLayer,
    timeout::TimeoutLayer,
};
