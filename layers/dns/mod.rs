//! Connecting by name.

mod attempts;
mod candidates;
mod error;
mod future;
mod layer;
mod lookups;
mod named;
mod resolve;
mod resolver;
mod service;

#[cfg(feature = "hyper")]
pub use self::resolve::HyperResolver;
pub use self::{
    error::LookupError,
    future::Connecting,
    layer::DnsLayer,
    resolve::{Answer, FixedHosts, Lookup, Name, Records, Resolve, ResolveFn, resolve_fn},
    resolver::{DnsResolver, Nameserver},
    service::Dns,
};
