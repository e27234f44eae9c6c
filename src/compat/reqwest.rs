//! reqwest 0.13, with the feature `reqwest-0_13`.
//!
//! reqwest lets in a resolver, and layers that know neither the request nor the
//! connection. These work:
//!
//! - [`DnsLayer`] with any resolver of ours in it, and [`DnsResolver`] itself, as
//!   `dns_resolver`;
//! - [`TimeoutLayer`](crate::layers::TimeoutLayer) as `connector_layer`: one
//!   deadline over lookups, TCP and TLS. reqwest asks for boxed errors, which
//!   `map_err` makes.
//!
//! ```
//! # fn example() -> Result<(), reqwest::Error> {
//! use std::time::Duration;
//!
//! use tower::ServiceBuilder;
//! use tower_socket::{
//!     BoxError, Error,
//!     layers::{DnsLayer, TimeoutLayer, dns::{DnsResolver, FixedHosts}},
//! };
//!
//! let hosts = FixedHosts::new().with("db.internal", [[10, 0, 0, 5]]).or(DnsResolver::system());
//! let deadline = ServiceBuilder::new()
//!     .map_err(|error: Error| BoxError::from(error))
//!     .layer(TimeoutLayer::new(Duration::from_secs(10)));
//! let client = reqwest::Client::builder()
//!     .dns_resolver(DnsLayer::new(hosts))
//!     .connector_layer(deadline)
//!     .build()?;
//! # Ok(())
//! # }
//! # example().unwrap();
//! ```
//!
//! # What does not fit
//!
//! reqwest opens its sockets itself and hands them to nobody: its connections
//! are of a sealed type. So there is no way in for
//! [`Connector`](crate::Connector), for TLS, Unix sockets and proxies of ours, for
//! [`LimitLayer`](crate::layers::LimitLayer), which holds on to a connection, and
//! for the race of [`DnsLayer`]: its options for attempts mean nothing here, and
//! reqwest goes through the addresses in its own way, which is RFC 6555's. Who needs
//! these takes hyper-util's `Client`, see [`hyper`](super::hyper).

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::layers::dns::{DnsLayer, DnsResolver};

/// All addresses of a name, the best first (RFC 6724). All lookups are waited for,
/// up to [`lookup_timeout`](DnsLayer::lookup_timeout), since there is no adding
/// to them later.
impl Resolve for DnsLayer {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.addresses(name.as_str());
        Box::pin(async move { Ok(boxed(addresses.await?)) })
    }
}

/// As [`DnsLayer::new`] with it.
impl Resolve for DnsResolver {
    fn resolve(&self, name: Name) -> Resolving {
        DnsLayer::new(self.clone()).resolve(name)
    }
}

fn boxed(addresses: Vec<SocketAddr>) -> Addrs {
    Box::new(addresses.into_iter())
}
