//! Every request goes to one URI.
//!
//! [`FixedUriLayer`] ignores the URI of the request: HTTP over a Unix socket,
//! or a program under test whose every host is the test's server. The errors
//! of what stands below show the URI that was really asked for.
//!
//! # Example
//!
//! ```
//! use http::Uri;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_socket::layers::FixedUriLayer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_socket::Error> {
//! let echo = service_fn(|uri: Uri| async move { Ok::<_, tower_socket::Error>(uri) });
//! let connector = ServiceBuilder::new()
//!     .layer(FixedUriLayer::new("tcp://127.0.0.1:8080")?)
//!     .service(echo);
//!
//! let asked = connector.oneshot(Uri::from_static("tcp://example.com:80")).await?;
//! assert_eq!(asked, "tcp://127.0.0.1:8080");
//! # Ok(())
//! # }
//! ```

mod future;
mod layer;
mod service;

pub use self::{future::Connecting, layer::FixedUriLayer, service::FixedUri};
