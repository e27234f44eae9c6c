//! Everything that wraps a connector, a server or the handling of a connection.

#[macro_use]
mod macros;

pub mod fixed_uri;
pub mod timeout;
#[cfg(feature = "tls")]
pub mod tls;

pub use self::{fixed_uri::FixedUriLayer, timeout::TimeoutLayer};
