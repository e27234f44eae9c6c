//! Connecting by name.
//!
//! [`DnsLayer`] puts the addresses of a host name in its place, for a
//! connector below that takes addresses only:
//!
//! ```text
//! tcp://example.com:80  →  tcp://[2001:db8::1]:80?hostname=example.com
//!                          tcp://192.0.2.1:80?hostname=example.com
//! ```
//!
//! - A URI with an IP address passes straight through, as it is, and so do
//!   the errors below.
//! - The `hostname` tells a TLS layer below which name to verify. One that is
//!   given in the URI is never replaced.
//! - AAAA and A records are looked up at once. One lookup that fails does not
//!   matter as long as the other has an answer.
//! - The addresses race, through everything below this layer, as RFC 8305
//!   ("Happy Eyeballs") has it: IPv6 first, then the families in turn. The
//!   next address is tried when one has failed, and no later than 250 ms after
//!   the last start; earlier attempts go on beside it. The first that connects
//!   wins, and all others are closed at once. See [`HappyEyeballs`].
//! - IPv4 addresses wait at most 50 ms for the answer about IPv6; answers that
//!   come later still join in.
//! - The service below must be `Clone`: the one that was made ready makes the
//!   attempts of its call, a clone takes its place.
//!
//! An IP address costs nothing here. For a name whose only address is known
//! there is no timer and no task, and the attempt takes no memory but for its
//! URI.
//!
//! # NAT64
//!
//! A host with IPv6 only reaches IPv4 through the NAT64 (RFC 6146) of its
//! network, whose prefix is [configured](DnsLayer::nat64_prefix) or
//! [learnt](DnsLayer::discover_nat64). Where the host has no route to an IPv4
//! address, found in an A record or written in the URI, the address behind the
//! prefix takes its place, and the error says so:
//!
//! ```text
//! connection to tcp://192.0.2.1:80 failed: connection to tcp://[64:ff9b::c000:201]:80 failed: connection refused (ECONNREFUSED)
//! ```
//!
//! In the order of addresses it counts as IPv4: native IPv6 comes first.
//! Addresses of this host (`0/8`, `127/8`), of its link (`169.254/16`,
//! `255.255.255.255`), and private ones behind the well-known prefix stay as
//! they are. An IP address never causes a lookup. Where neither is asked for,
//! nothing of this costs anything.
//!
//! # Errors
//!
//! What is wrong with the URI is found before any lookup, and such an
//! `InvalidInput` of the service below passes untouched and ends the race. A
//! name without addresses is a `Resolve`; after that the error has every
//! address tried, in [`attempts`](crate::Error::attempts). It comes as soon as
//! the last attempt has failed and no lookup can add another address; where a
//! name server does not answer, this waits for the resolver's deadline or for
//! [`DnsLayer::lookup_timeout`].
//!
//! ```text
//! connection to tcp://example.com:80 failed: connection to tcp://192.0.2.1:80 failed: connection refused (ECONNREFUSED)
//! ```
//!
//! # Order
//!
//! With a TLS layer below this one, the race runs through the handshake: an
//! address that accepts and then stays silent, or whose handshake fails, is
//! followed by the next one. With one above, the first address that accepts
//! decides. Both verify the right name.
//!
//! # Events
//!
//! With the feature `tracing` each call for a name is a span `connect` with its
//! `uri`, and everything in it an event at the level `DEBUG`, target
//! `tower_socket`. Names and fields are those of draft-kuehlewind-happy-qlog:
//!
//! | event | fields |
//! |---|---|
//! | `dns_query_started` | `hostname`, `qtypes` |
//! | `dns_query_finished` | `hostname`, `qtypes`, `answer_type` (`positive`, `negative`, `error`), `results`, `error_code`, `error_message`, `duration_ms` |
//! | `candidates_sorted` | `candidates`: before the first attempt |
//! | `candidates_resorted` | `reason`, `new_order`: an answer came later |
//! | `attempt_scheduled` | `target`, `scheduled_after_ms`: since the last start, or since the call; `reason`: `dns_completed`, `resolution_delay_expired`, `policy_timer`, or our own `attempt_failed` |
//! | `attempt_started` | `target` |
//! | `attempt_outcome` | `target`, `result` (`success`, `failure`, `timeout`, `canceled`), `error_code`, `error_message`, `connect_duration_ms` |
//! | `connection_selected` | `target` |
//! | `connection_aborted` | `reason` |
//!
//! Every `attempt_started` has one `attempt_outcome`. A lookup that is given up
//! has no `dns_query_finished`. Lists are separated by commas. TLS adds
//! `handshake_started` (`target`, `server_name`) and `handshake_complete`
//! (`target`, `tls`, `resumed`, `duration_ms`), wherever it stands.
//!
//! # Example
//!
//! ```
//! use http::Uri;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_socket::layers::{DnsLayer, dns::FixedHosts};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_socket::Error> {
//! let connector = service_fn(|uri: Uri| async move { Ok::<_, tower_socket::Error>(uri) });
//! let hosts = FixedHosts::new().with("example.com", [std::net::Ipv6Addr::LOCALHOST]);
//! let connector = ServiceBuilder::new().layer(DnsLayer::new(hosts)).service(connector);
//!
//! let uri = connector.oneshot(Uri::from_static("tcp://example.com:80")).await?;
//! assert_eq!(uri, "tcp://[::1]:80?hostname=example.com");
//! # Ok(())
//! # }
//! ```
//!
//! [`DnsLayer::system`] asks what the system is configured to ask. Name
//! servers of your own are a [`DnsResolver`], any other way to find addresses
//! a [`Resolve`]:
//!
//! ```
//! use tower_socket::layers::{DnsLayer, dns::{DnsResolver, Nameserver}};
//!
//! let servers: [Nameserver; 2] = ["192.0.2.53".parse()?, "tcp://[2001:db8::53]:5353".parse()?];
//! let layer = DnsLayer::new(DnsResolver::with_servers(servers));
//! # Ok::<(), tower_socket::Error>(())
//! ```

#[cfg(feature = "reqwest-0_13")]
mod addresses;
mod candidates;
mod clock;
mod error;
mod future;
mod happy_eyeballs;
mod layer;
mod lookups;
mod named;
mod nat64;
mod order;
mod pace;
mod race;
mod resolve;
mod resolver;
mod running;
mod service;
mod trace;

#[cfg(feature = "hyper")]
pub use self::resolve::HyperResolver;
pub use self::{
    error::LookupError,
    future::Connecting,
    happy_eyeballs::{AddressOrder, Family, HappyEyeballs},
    layer::DnsLayer,
    nat64::Nat64Prefix,
    resolve::{Answer, FixedHosts, Lookup, Name, Records, Resolve, ResolveFn, resolve_fn},
    resolver::{DnsResolver, Nameserver},
    service::Dns,
};
