//! At most so many new connections in a time.
//!
//! [`AcceptRateLayer`] lets connections in at a [`Rate`], so many per second
//! with a burst, in all and for each source. A limit on open connections
//! ([`LimitLayer`](super::LimitLayer)) does nothing against clients that
//! connect, cost a handshake, and go; a rate does.
//!
//! It is a token bucket (the generic cell rate algorithm of [`governor`]): a
//! connection takes a token, the bucket holds as many as the burst and gets one
//! back in equal intervals.
//!
//! | | the connection that comes too early |
//! |---|---|
//! | [`AcceptRateLayer::new`] | is closed; the item or answer is an error of kind [`RateLimited`](crate::ErrorKind::RateLimited) that names its peer |
//! | [`overflow`](AcceptRateLayer::overflow) | waits in the kernel's queue for the next token, is closed, reset, or closed after a delay |
//! | [`per_source`](AcceptRateLayer::per_source) | is closed, if its address had its share; one that is closed takes no token, neither of all nor of its address |
//!
//! Clones of a layer share their buckets: one layer over two servers lets in
//! both together at the rate.
//!
//! # Difference to tower's `RateLimitLayer`
//!
//! tower's is for services, and makes callers wait. This one goes over a server,
//! knows the peers, and can turn them away; over a `Service<Connection>`, such
//! as the handshake behind a PROXY header, it does the same with the clients
//! that are found there. tower's counts in windows, so that twice its number may
//! pass around the end of one, and is not `Clone`. For a connector it is the
//! right one.
//!
//! # Waiting
//!
//! With [`Overflow::Wait`](super::Overflow::Wait) a stream takes its token
//! before it asks the server below, and gives it back when nobody is there. A
//! service takes one when it becomes ready, and gives it back, to whoever waits,
//! when it is dropped without having been called. Waits end on whole
//! milliseconds: where the rate is over a thousand per second, a burst of what
//! comes in a millisecond keeps it up.
//!
//! # Example
//!
//! ```
//! use tower::ServiceBuilder;
//! use tower_socket::{
//!     Incoming, TcpServer,
//!     layers::rate_limit::{AcceptRateLayer, Rate},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_socket::Error> {
//! let rate = AcceptRateLayer::new(Rate::per_second(1000)).per_source(Rate::per_minute(2));
//! let mut server = ServiceBuilder::new()
//!     .layer(rate.clone())
//!     .service(TcpServer::bind("127.0.0.1:0").await?);
//!
//! # let address = server.handle().address().unwrap().socket_addr().unwrap();
//! # let mut clients = Vec::new();
//! # for _ in 0..4 {
//! #     clients.push(tokio::net::TcpStream::connect(address).await.unwrap());
//! # }
//! let first = server.accept().await.unwrap()?;
//! let second = server.accept().await.unwrap()?;
//! let error = server.accept().await.unwrap().unwrap_err();
//! assert!(error.is_rate_limited());
//!
//! rate.set_per_source(None);
//! let fourth = server.accept().await.unwrap()?;
//! # Ok(())
//! # }
//! ```
//!
//! [`governor`]: https://docs.rs/governor

mod bucket;
mod clock;
mod gate;
mod layer;
mod meter;
mod rate;
mod rates;
mod service;
mod sources;
mod stream;

pub use self::{layer::AcceptRateLayer, rate::Rate, service::AcceptRate};
pub use super::admission::Handling;
