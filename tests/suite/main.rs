//! What the crate does, seen from outside: one module for each subject.

mod support;

mod access;
#[cfg(feature = "axum-0_8")]
mod axum;
mod connection;
#[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
mod connector;
#[cfg(feature = "dns")]
mod dns;
#[cfg(feature = "dns")]
mod dns_resolver;
#[cfg(feature = "dns")]
mod dnsmasq;
#[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
mod ends;
mod errors;
mod fd;
mod fixed_uri;
mod handshake;
#[cfg(feature = "dns")]
mod happy_eyeballs;
mod lifetime;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod limbo;
mod limit;
#[cfg(any(feature = "aws-lc-rs", feature = "ring", feature = "metrics", feature = "tracing"))]
mod observability;
#[cfg(all(feature = "dns", feature = "hyper", any(feature = "aws-lc-rs", feature = "ring")))]
mod proxies;
#[cfg(feature = "proxy-protocol")]
mod proxy_protocol;
#[cfg(feature = "rate-limit")]
mod rate_limit;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod server;
mod server_handle;
mod tcp;
mod timeout;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tls;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod tls_config;
mod tower;
#[cfg(all(feature = "dns-over-tls", any(feature = "aws-lc-rs", feature = "ring")))]
mod unbound;
mod unix;
mod uri;
