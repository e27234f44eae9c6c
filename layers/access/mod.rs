//! Who may come in, and who may not.
//!
//! [`AccessLayer`] looks at where a connection comes from before any of its
//! bytes is read: at the address of its peer, or, over a Unix socket, at the
//! process at the other end
//! ([`peer_credentials`](crate::Connection::peer_credentials)). One that the
//! [`AccessList`] denies is closed, and the item or answer is an error of kind
//! [`Denied`](crate::ErrorKind::Denied) with the peer and the entry that said
//! so.
//!
//! # Which entry decides
//!
//! The most specific one, whatever the order in which they were given, as in a
//! routing table: of networks the one with the longest prefix; over a Unix
//! socket process, user, group. nginx and HAProxy take the first that matches,
//! which makes a list depend on its order. Whoever no entry names gets what the
//! list began with, [`allow_all`](AccessList::allow_all) or
//! [`deny_all`](AccessList::deny_all); so does a connection that shows neither
//! an address nor credentials.
//!
//! An IPv4 address mapped into IPv6, as a socket for both families shows it,
//! is that IPv4 address; a network of mapped addresses (`::ffff:10.0.0.0/104`)
//! is the one of IPv4 (`10.0.0.0/8`).
//!
//! # Order
//!
//! The layer goes over a server, right over the listening one, so that nothing
//! else is done for those who are denied. It goes over a `Service<Connection>`
//! as well: below a PROXY header, which changes the peer's address, it looks at
//! the client's and not at the load balancer's.
//!
//! # Example
//!
//! ```
//! use tokio::io::AsyncReadExt;
//! use tower::ServiceBuilder;
//! use tower_socket::{
//!     Incoming, TcpServer,
//!     layers::access::{AccessLayer, AccessList, IpNet},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let local: IpNet = "127.0.0.0/8".parse()?;
//! let access = AccessLayer::new(AccessList::deny_all().allow(local));
//! let mut server = ServiceBuilder::new()
//!     .layer(access.clone())
//!     .service(TcpServer::bind("127.0.0.1:0").await?);
//!
//! # let address = server.handle().address().unwrap().socket_addr().unwrap();
//! # let _first = tokio::net::TcpStream::connect(address).await?;
//! let connection = server.accept().await.unwrap()?;
//!
//! // From now on one address is out.
//! let peer = connection.peer_address().and_then(|peer| peer.ip()).unwrap();
//! access.update(|list| list.deny(peer));
//! # let mut second = tokio::net::TcpStream::connect(address).await?;
//! let error = server.accept().await.unwrap().unwrap_err();
//! assert!(error.is_denied());
//! # assert_eq!(second.read(&mut [0]).await?, 0);
//! # Ok(())
//! # }
//! ```

mod layer;
mod list;
mod networks;
mod peers;
mod service;
mod stream;

pub use ipnet::IpNet;

#[cfg(feature = "proxy-protocol")]
pub(super) use self::networks::Networks;
pub use self::{layer::AccessLayer, list::AccessList, peers::Peers, service::Access};
pub use super::admission::Handling;
