//! At most so many open connections.
//!
//! [`LimitLayer`] counts a connection for as long as it is open: through TLS,
//! splits and upgrades, until its descriptor is closed. tower's own
//! `ConcurrencyLimitLayer` counts calls: on a connector the connects in
//! progress, on a handler the handlers that run.
//!
//! | | the connection that is one too many |
//! |---|---|
//! | [`LimitLayer::new`] | is closed; the item or answer is an error of kind [`LimitReached`](crate::ErrorKind::LimitReached) that names its peer |
//! | [`pause_on_limit`](LimitLayer::pause_on_limit) | is not accepted: it waits in the kernel's queue until another one is gone |
//! | [`overflow`](LimitLayer::overflow) | waits, is closed, reset, or closed after a delay |
//! | [`per_source`](LimitLayer::per_source) | is closed, if too many are open from its address |
//! | [`LimitLayer::unlimited`] | there is none: connections are only counted |
//!
//! Clones of a layer share one count: one layer over two servers limits both
//! together. [`connections`](LimitLayer::connections) lists what is counted, and
//! [`set_limit`](LimitLayer::set_limit) and
//! [`set_per_source`](LimitLayer::set_per_source) change the limits of servers
//! that run.
//!
//! # Order
//!
//! The layer goes over a server, over a `Service<Connection>` that handles
//! connections, and over a connector. It counts what its place in the stack
//! says: over a server with TLS the finished handshakes, below TLS every
//! connection that was accepted.
//!
//! # Readiness
//!
//! With `pause_on_limit` a stream takes its place before it asks the server
//! below, and gives it back when nobody is there. A service takes its place
//! when it becomes ready, and keeps it until it is called or dropped; one that
//! is ready and never called occupies a place, and so does a stream that waited
//! for one and is not polled again. A stream that waits for a place ends when
//! its server is closed; handshakes that are running below it still need a
//! place first.
//!
//! That takes a stream below whose `size_hint` says when nothing more is to
//! come, as every server's does and every adapter's of `futures-util`.
//!
//! # Example
//!
//! ```
//! use http::Uri;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_socket::{Connection, Error, layers::LimitLayer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! let limit = LimitLayer::new(1);
//! let connector = ServiceBuilder::new().layer(limit.clone()).service(service_fn(|_: Uri| async {
//!     Ok::<_, Error>(Connection::from(tokio::io::duplex(64).0))
//! }));
//!
//! let uri = Uri::from_static("tcp://127.0.0.1:8080");
//! let first = connector.clone().oneshot(uri.clone()).await?;
//! let error = connector.clone().oneshot(uri.clone()).await.unwrap_err();
//! assert!(error.is_limit_reached());
//!
//! drop(first);
//! assert!(limit.connections().is_empty());
//! connector.oneshot(uri).await?;
//! # Ok(())
//! # }
//! ```

mod connecting;
mod gate;
mod layer;
mod place;
mod service;
mod source;
mod stream;
mod total;

pub use self::{connecting::Connecting, layer::LimitLayer, service::Limit};
pub use super::admission::Handling;
