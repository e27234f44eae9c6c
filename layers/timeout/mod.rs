//! One deadline over everything below.
//!
//! [`TimeoutLayer`] gives up after a duration and says what it was waiting for:
//!
//! ```text
//! connection to tcp://192.0.2.1:80 timed out after 10s (ETIMEDOUT)
//! connection to tcp://example.com:80 timed out after 10s (ETIMEDOUT) during DNS lookup
//! ```
//!
//! An address of a name that was still being tried then `was given up`; one
//! whose own deadline passed `timed out`:
//!
//! ```text
//! connection to tls://example.com:443 timed out after 5s (ETIMEDOUT): \
//!   connection to tls://192.0.2.1:443 timed out after 2s (ETIMEDOUT) before the TLS handshake; \
//!   connection to tls://192.0.2.2:443 was given up after 4.75s during TLS handshake
//! ```
//!
//! The work is polled before the clock, so an answer that is there is never
//! thrown away, not even with [`Duration::ZERO`](std::time::Duration::ZERO),
//! and a connector that answers at once costs no timer at all.
//!
//! # Difference to tower
//!
//! tower's own `TimeoutLayer` works in its place. This one keeps the error
//! type, names the URI, has a future that is `Unpin` where the inner one is,
//! and uses its timer again: no allocation and no system call for each call.
//!
//! It goes over any service, reqwest's connector, say. Where what is asked for
//! is no `Uri`, the error names none.
//!
//! # Order
//!
//! What stands below is under the deadline, what stands above is not. Around
//! a resolving layer it covers the lookup and every address tried, and its
//! error has what was tried in [`attempts`](crate::Error::attempts); below one
//! it is the deadline of each attempt.
//!
//! # Example
//!
//! ```
//! use std::{future::pending, time::Duration};
//!
//! use http::Uri;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_socket::layers::TimeoutLayer;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let silent = service_fn(|_: Uri| pending::<Result<(), tower_socket::Error>>());
//! let connector =
//!     ServiceBuilder::new().layer(TimeoutLayer::new(Duration::from_secs(10))).service(silent);
//!
//! let uri = Uri::from_static("tcp://192.0.2.1:80");
//! let error = connector.oneshot(uri).await.unwrap_err();
//! assert!(error.is_timeout());
//! assert_eq!(error.elapsed(), Some(Duration::from_secs(10)));
//! # }
//! ```

mod clock;
mod future;
mod layer;
mod service;

#[cfg(any(feature = "proxy-protocol", feature = "tls"))]
pub(super) use self::clock::{Clock, Parking};
pub use self::{future::Connecting, layer::TimeoutLayer, service::Timeout};
