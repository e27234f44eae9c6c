//! A handshake for every accepted connection, each on its own task.
//!
//! [`HandshakeLayer`] runs any `Service<Connection, Response = Connection>`,
//! TLS, a PROXY header, a greeting of your own, on every connection of the
//! server below, and yields those that came through, in the order in which
//! they did. A client that stays silent delays nobody else.
//!
//! A handshake that does not come through is an `Err` item with its peer, never
//! the end of the server:
//!
//! | what happened | kind |
//! |---|---|
//! | the service failed with an [`Error`](crate::Error) | its own |
//! | the service failed otherwise | [`Handshake`](crate::ErrorKind::Handshake) |
//! | tower's `TimeoutLayer` gave up | [`Timeout`](crate::ErrorKind::Timeout) |
//! | the service panicked | [`Panicked`](crate::ErrorKind::Panicked) |
//! | it had to make room | [`Evicted`](crate::ErrorKind::Evicted) |
//!
//! # Slots and readiness
//!
//! There are two ways to bound the handshakes that run at once.
//!
//! *Slots* ([`HandshakeLayer::slots`]) are there in any case. When all are taken
//! and one more client comes, the handshake that began first makes room: it is
//! aborted and its connection closed. A client that has sent something (a proxy's
//! header does not count) is passed over once, and the runtime gets a turn first, so that what has arrived
//! by then is read. So whoever opens connections and says nothing cannot keep
//! the others out.
//!
//! The *readiness* of the service, that of tower's `ConcurrencyLimitLayer`, say,
//! is plain back-pressure: while the service is not ready nothing is accepted,
//! and clients wait in the kernel's queue. A few silent clients then keep
//! everyone waiting until a deadline ends them. It is the right thing for what
//! the handshake itself needs (a connection to a database), and the wrong
//! defence against clients.
//!
//! # Ending
//!
//! After [`ServerHandle::close`](crate::ServerHandle::close) handshakes already
//! begun are yielded, then the stream ends. Dropping the stream aborts them. A
//! service whose readiness fails takes no connection any more: its error is an
//! item, the handshakes already begun are yielded, and the stream ends, while the
//! server below listens until it is dropped.
//!
//! # Difference to awaiting in the accept loop
//!
//! `server.and_then(handshake)` lets one client hold up all, and
//! `buffer_unordered(n)` lets `n` of them do so. Both run every handshake on the
//! accepting task.
//!
//! # Example
//!
//! A password before everything else, with ten seconds to say it:
//!
//! ```
//! use std::{io, time::Duration};
//!
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tower::{ServiceBuilder, service_fn, timeout::TimeoutLayer};
//! use tower_socket::{Connection, Incoming, TcpServer, layers::HandshakeLayer};
//!
//! async fn authenticate(mut connection: Connection) -> io::Result<Connection> {
//!     let mut password = [0; 6];
//!     connection.read_exact(&mut password).await?;
//!     match &password {
//!         b"sesame" => Ok(connection),
//!         _ => Err(io::Error::other("wrong password")),
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_socket::BoxError> {
//! let handshake = ServiceBuilder::new()
//!     .layer(TimeoutLayer::new(Duration::from_secs(10)))
//!     .service(service_fn(authenticate));
//! let mut server = ServiceBuilder::new()
//!     .layer(HandshakeLayer::new(handshake))
//!     .service(TcpServer::bind("127.0.0.1:0").await?);
//!
//! # let address = server.handle().address().unwrap().socket_addr().unwrap();
//! # let mut client = tokio::net::TcpStream::connect(address).await?;
//! # client.write_all(b"sesame").await?;
//! let mut connection = server.accept().await.unwrap()?;
//! connection.write_all(b"open").await?;
//! # Ok(())
//! # }
//! ```

mod layer;
mod outcome;
mod running;
mod slots;
mod stream;
mod trace;
mod turn;

pub use self::{layer::HandshakeLayer, stream::Handshake};
