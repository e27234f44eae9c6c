//! HAProxy's PROXY protocol, on the side that sends it.
//!
//! A server behind a proxy sees the proxy's address. With [`ProxyProtocolLayer`]
//! the proxy tells it the client's: the first bytes of the connection are a
//! [`ProxyHeader`], as
//! [proxy-protocol.txt](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt)
//! defines it. The server has to expect one; nothing is negotiated.
//!
//! A header belongs to one client, so a proxy makes a stack for each, as below;
//! layers and connectors are cheap to clone, and clones share their caches. A
//! pool that uses one connection for several clients must not have this layer.
//!
//! # Order
//!
//! Servers expect the header before TLS: put [`TlsLayer`](crate::layers::tls)
//! above this one. Below a [`DnsLayer`](crate::layers::dns) every address that
//! is tried gets the header, above it only the one that is connected to.
//!
//! # Errors
//!
//! A connection that breaks while the header is being sent has the kind
//! [`ProxyHeader`](crate::ErrorKind::ProxyHeader):
//!
//! ```text
//! connection to tcp://192.0.2.1:80 failed during the PROXY header: connection reset by peer (ECONNRESET)
//! ```
//!
//! # Example
//!
//! ```
//! use tokio::io::AsyncReadExt;
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_socket::{
//!     Incoming, IntoUri, TcpConnector, TcpServer,
//!     layers::proxy_protocol::{ProxyHeader, ProxyProtocolLayer},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut proxy = TcpServer::bind("127.0.0.1:0").await?;
//! # let mut backend = TcpServer::bind("127.0.0.1:0").await?;
//! # let proxy_uri = proxy.handle().address().unwrap().into_uri()?;
//! # let backend_uri = backend.handle().address().unwrap().into_uri()?;
//! # let connector = TcpConnector::new();
//! # let _connection = connector.clone().oneshot(proxy_uri).await?;
//! let client = proxy.accept().await.unwrap()?;
//! let mut upstream = ServiceBuilder::new()
//!     .layer(ProxyProtocolLayer::new(ProxyHeader::v1_of(&client)))
//!     .service(connector.clone())
//!     .oneshot(backend_uri)
//!     .await?;
//! # let mut accepted = backend.accept().await.unwrap()?;
//! # let mut header = [0; 21];
//! # accepted.read_exact(&mut header).await?;
//! # assert_eq!(&header, b"PROXY TCP4 127.0.0.1 ");
//! # Ok(())
//! # }
//! ```

mod future;
mod header;
mod layer;
mod service;
pub mod tlv;

pub use self::{
    future::Connecting, header::ProxyHeader, layer::ProxyProtocolLayer, service::ProxyProtocol,
};
