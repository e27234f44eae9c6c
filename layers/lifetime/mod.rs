//! How long a connection may be silent, and how long it may stay.
//!
//! [`IdleTimeoutLayer`] closes connections on which nothing was sent or
//! received for a while, [`MaxAgeLayer`] those that have been open for too long,
//! busy or not:
//!
//! ```text
//! connection with tcp://192.0.2.1:50000 was closed: nothing was sent or received for 60s
//! connection with tcp://192.0.2.1:50000 was closed: open for longer than 3600s
//! ```
//!
//! Both end a connection as [`ConnectionInfo::close`](crate::ConnectionInfo::close)
//! does: what is being read or written now, and the next I/O, fails with that
//! reason, and a handler that does no I/O keeps the descriptor.
//!
//! # What counts
//!
//! Bytes on the wire in either direction. TLS records and pings of a protocol
//! above are some; TCP's own keepalive is none. A peer that takes nothing is
//! silent once the buffers between are full. What was taken out of its
//! [`Connection`](crate::Connection) by `into_parts` is counted no more, and out
//! of reach.
//!
//! # Precision and cost
//!
//! There is no timer per connection, and reading and writing do nothing for
//! these layers. One task for each layer and its clones looks at all their
//! connections eight times within the duration, and compares the bytes they have
//! counted with those of its last look. So a connection is closed once the
//! duration has passed and before an eighth of it more has, an idle timeout of 60
//! seconds after 60 to 67.5. A look is not shorter than a millisecond, the
//! resolution of the timer. The task is there while there are connections, even
//! when the layer is gone, and costs 24 bytes for each.
//!
//! # Order
//!
//! The layers go over a server, over a `Service<Connection>` that handles
//! connections, and over a connector. Over a server with TLS they see the
//! connections whose handshake is done; handshakes have deadlines of their own.
//!
//! # Difference to a timeout in the handler
//!
//! `timeout(IDLE, connection.read(…))` makes and drops a timer for each read, and
//! ends a connection that is busy writing.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use tokio::io::AsyncReadExt;
//! use tower::ServiceBuilder;
//! use tower_socket::{
//!     Incoming, TcpServer,
//!     layers::{IdleTimeoutLayer, MaxAgeLayer},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_socket::BoxError> {
//! let mut server = ServiceBuilder::new()
//!     .layer(MaxAgeLayer::new(Duration::from_secs(3600)))
//!     .layer(IdleTimeoutLayer::new(Duration::from_millis(50)))
//!     .service(TcpServer::bind("127.0.0.1:0").await?);
//!
//! # let address = server.handle().address().unwrap().socket_addr().unwrap();
//! # let _silent = tokio::net::TcpStream::connect(address).await?;
//! let mut connection = server.accept().await.unwrap()?;
//! let error = connection.read_u8().await.unwrap_err();
//! assert!(error.to_string().ends_with("nothing was sent or received for 50ms"));
//! # Ok(())
//! # }
//! ```

mod connecting;
mod layer;
mod rule;
mod service;
mod stream;
mod sweep;

pub use self::{
    connecting::Connecting,
    layer::{IdleTimeoutLayer, MaxAgeLayer},
    service::Lifetime,
};
