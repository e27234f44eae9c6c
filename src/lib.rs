//! One interface for every connection: TCP, TLS and Unix sockets, client and
//! server, as a [tower] stack.
//!
//! Every connection is one type, [`Connection`]. Every way of opening one is a
//! `tower::Service<Uri>`. Every way of receiving them is a `Stream`. Everything
//! else is a [`Layer`](tower_layer::Layer).
//!
//! ```text
//!           Connector                                Server
//!   ┌──────────────────────────┐          ┌──────────────────────────┐
//!   │ TimeoutLayer             │          │ LimitLayer               │
//!   │  ┌───────────────────────┤          │  ┌───────────────────────┤
//!   │  │ DnsLayer              │          │  │ TlsAcceptLayer        │
//!   │  │  ┌────────────────────┤          │  │  ┌────────────────────┤
//!   │  │  │ TlsLayer           │   TLS    │  │  │ LimitLayer         │
//!   │  │  │  ┌─────────────────┤ ◀──────▶ │  │  │  ┌─────────────────┤
//!   │  │  │  │ TcpConnector    │          │  │  │  │ TcpServer       │
//!   └──┴──┴──┴─────────────────┘          └──┴──┴──┴─────────────────┘
//!     Service<Uri> → Connection             Stream of Connections
//! ```
//!
//! # Where to begin
//!
//! [`Connector`] and [`Server`] are these stacks, made:
//!
//! ```
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tower_socket::{Connector, Incoming, Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut server = Server::bind("127.0.0.1:0").await?;
//! let address = server.handle().address().expect("it is open");
//!
//! let connector = Connector::new();
//! let (accepted, connected) = tokio::join!(server.accept(), connector.connect(address));
//!
//! accepted.expect("it is open")?.write_all(b"hello").await?;
//! let mut greeting = String::new();
//! connected?.read_to_string(&mut greeting).await?;
//! assert_eq!(greeting, "hello");
//! # Ok(())
//! # }
//! ```
//!
//! Stacks of your own are composed with tower's `ServiceBuilder`, and
//! [`Connector::from_service`] makes one what hyper-util's client and tonic
//! take:
//!
//! ```
//! use std::time::Duration;
//!
//! use tower::ServiceBuilder;
//! # #[cfg(all(feature = "dns", feature = "tls"))]
//! use tower_socket::layers::{DnsLayer, TlsLayer};
//! use tower_socket::{Connector, TcpConnector, layers::TimeoutLayer};
//!
//! # #[cfg(all(feature = "dns", feature = "tls"))]
//! # {
//! let stack = ServiceBuilder::new()
//!     .layer(TimeoutLayer::new(Duration::from_secs(10)))
//!     .layer(DnsLayer::system())
//!     .layer(TlsLayer::default())
//!     .service(TcpConnector::new());
//! let connector = Connector::from_service(stack);
//! # }
//! ```
//!
//! # The order of layers
//!
//! What stands above wraps what stands below.
//!
//! | order | means |
//! |---|---|
//! | `Timeout(Dns(…))` | one deadline over the lookups and every address tried |
//! | `Dns(Timeout(…))` | a deadline for each address |
//! | `Dns(Tls(Tcp))` | an address that is silent in TLS is given up for the next one |
//! | `Tls(Dns(Tcp))` | the first address that accepts is the one TLS is spoken with |
//! | `Limit(TlsAccept(Tcp))` | finished handshakes count |
//! | `Limit(Access(Tcp))` | who may not come in takes no place |
//! | `TlsAccept(Limit(Tcp))` | everything accepted counts, those in their handshake too |
//!
//! Any of them verifies the right name: a layer that replaces a host by an
//! address leaves the name behind as the query parameter `hostname`, which
//! [`TlsLayer`](layers::tls::TlsLayer) reads.
//!
//! # Errors
//!
//! There is one [`Error`]. Its text is a sentence for the person who has to
//! act, with the URI as it was given, the phase, and the reason:
//!
//! ```text
//! connection to tls://example.com:443 failed during TLS handshake: invalid peer certificate: Expired
//! connection to tcp://example.com:80 failed: connection to tcp://192.0.2.1:80 failed: connection refused (ECONNREFUSED)
//! failed to listen on tcp://127.0.0.1:80: permission denied (EACCES)
//! ```
//!
//! [`ErrorKind::InvalidInput`] is a mistake of the caller, found before any
//! packet is sent; it passes every layer untouched. On a server an error is one
//! connection that was not to be, an item of the stream and never its end.
//!
//! # Ending things
//!
//! A connect is cancelled by dropping its future: lookups, sockets and
//! handshakes it began end with it. A server is controlled by its
//! [`ServerHandle`]: paused, closed, drained. Connections are listed in its
//! [`Registry`], and closed from there; [`IdleTimeoutLayer`](layers::IdleTimeoutLayer)
//! and [`MaxAgeLayer`](layers::MaxAgeLayer) do so in time.
//!
//! # With other crates
//!
//! hyper, hyper-util, tonic, axum, reqwest and tokio-postgres take these
//! connections, connectors, servers and resolvers as they are; [`compat`] says how.
//! What takes any `AsyncRead + AsyncWrite` takes a [`Connection`].
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `dns` | yes | host names, through hickory-resolver |
//! | `dns-over-tls` | | name servers over TLS (RFC 7858) |
//! | `dns-over-https` | | name servers over HTTPS (RFC 8484) |
//! | `tls` | yes | TLS through rustls, without a cryptography provider |
//! | `aws-lc-rs` | yes | the provider used by default |
//! | `ring` | | the provider used where `aws-lc-rs` is off |
//! | `webpki-roots` | | Mozilla's roots, for machines without a certificate store |
//! | `hyper` | yes | hyper's and hyper-util's traits on [`Connection`] |
//! | `proxy-protocol` | | HAProxy's PROXY header, sent by connectors and read by servers |
//! | `hand-over` | | listening sockets for a program that is started: restarts that lose no connection |
//! | `rate-limit` | | how many connections come in a time, through governor |
//! | `watch` | | certificates that are reloaded when their files change |
//! | `tracing` | | events about lookups, attempts and handshakes; a span for each accepted connection |
//! | `metrics` | | what servers count, for the `metrics` facade |
//! | `axum-0_8` | | `axum::serve` over every server |
//! | `tonic-0_14` | | tonic's services over every server |
//! | `reqwest-0_13` | | our resolvers in reqwest's client |
//! | `tokio-postgres-0_7` | | tokio-postgres over our TLS |
//! | `full` | | all of them |
//!
//! Linux is what is tested; the crate uses Linux' own socket options and
//! abstract socket names, and does not build elsewhere.
//!
//! [tower]: https://docs.rs/tower
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
pub mod compat;
pub mod connection;
pub mod connector;
mod descriptors;
mod error;
pub mod fd;
#[cfg(feature = "proxy-protocol")]
mod proxy_header;
mod reconsider;
mod refused;
mod registry;
mod runtime;
pub mod server;
mod tally;
pub mod tcp;
pub mod unix;
mod uri;

#[cfg(feature = "tls")]
pub use self::connection::TlsInfo;
pub use self::{
    address::Address,
    connection::{Connection, ConnectionInfo},
    connector::Connector,
    error::{Attempt, BoxError, Error, ErrorKind},
    fd::FdServer,
    registry::Registry,
    server::{Incoming, Server, ServerHandle},
    tcp::{TcpConnector, TcpServer},
    unix::{UnixConnector, UnixServer},
    uri::IntoUri,
};

// The layers stand beside `src` so that the top level shows the architecture.
#[path = "../layers/mod.rs"]
pub mod layers;

#[cfg(all(any(doc, doctest), feature = "dns", feature = "tls", feature = "hyper"))]
pub mod guide;

/// The code in the README compiles.
#[cfg(all(doctest, feature = "dns", feature = "tls"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// The layer in CONTRIBUTING.md compiles.
#[cfg(doctest)]
#[doc = include_str!("../CONTRIBUTING.md")]
struct Contributing;
