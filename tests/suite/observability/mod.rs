//! What a server tells about itself.

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod counters;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "tracing")]
mod spans;

use std::io;

use tokio::io::AsyncReadExt;
use tower::{Layer, service_fn};
use tower_socket::{Connection, Incoming, layers::HandshakeLayer};

use crate::support::tcp_server;

/// A server whose clients have to say a byte, which is not zero.
async fn greeted(slots: usize) -> impl Incoming + Unpin {
    let greeting = service_fn(|mut connection: Connection| async move {
        match connection.read_u8().await? {
            0 => Err(io::Error::other("not polite")),
            _ => Ok(connection),
        }
    });
    HandshakeLayer::new(greeting).slots(slots).layer(tcp_server().await)
}
