//! HAProxy's PROXY protocol: a proxy tells a server who its client is.
//!
//! A server behind a proxy sees the proxy's address. With this protocol the
//! first bytes of the connection are a [`ProxyHeader`] with the client's, as
//! [proxy-protocol.txt](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt)
//! defines it. Nothing is negotiated: the server has to expect it, and to know
//! from whom.
//!
//! # Receiving
//!
//! | | wraps | |
//! |---|---|---|
//! | [`ProxyProtocolAcceptLayer`] | a server | reads each header on a task of its own, within ten seconds |
//! | [`ReadProxyHeaderLayer`] | a `Service<Connection>` | reads it before the service is called, for [`HandshakeLayer`](crate::layers::HandshakeLayer) |
//! | [`ServerBuilder::proxy_protocol`](crate::server::ServerBuilder::proxy_protocol) | | the facade's |
//!
//! All take [`TrustedProxies`]: a header is required from their networks, and
//! none is read from anywhere else. From then on
//! [`peer_address`](crate::Connection::peer_address), the texts of errors and
//! limits per source are about the client. The proxy itself stays readable as
//! [`proxy_address`](crate::ConnectionInfo::proxy_address), and all that it said
//! as [`proxy_header`](crate::ConnectionInfo::proxy_header). A connection of the
//! proxy's own (a health check), or one whose client it does not know, keeps the
//! proxy as its peer.
//!
//! Not a byte behind the header is read, and what is kept of it grows with what
//! has come, up to 107 bytes of version 1 and [4 KiB](TrustedProxies::max_length)
//! of version 2. A checksum is verified where there is one.
//!
//! In front of TLS one deadline covers both:
//!
//! ```
//! use std::time::Duration;
//!
//! # #[cfg(feature = "tls")]
//! use tower_socket::layers::tls::{ServerTls, TlsAcceptor};
//! use tower::{ServiceBuilder, timeout::TimeoutLayer};
//! use tower_socket::{
//!     BoxError, Incoming, TcpServer,
//!     layers::{
//!         HandshakeLayer, LimitLayer,
//!         proxy_protocol::{IpNet, ReadProxyHeaderLayer, TrustedProxies},
//!     },
//! };
//!
//! # #[cfg(feature = "tls")]
//! async fn bind(tls: ServerTls) -> Result<impl Incoming, BoxError> {
//!     let balancers: IpNet = "10.0.0.0/24".parse()?;
//!     let handshake = ServiceBuilder::new()
//!         .layer(TimeoutLayer::new(Duration::from_secs(10)))
//!         .layer(ReadProxyHeaderLayer::new(TrustedProxies::new([balancers])))
//!         .layer(LimitLayer::unlimited().per_source(20))
//!         .service(TlsAcceptor::new(tls));
//!     let server = TcpServer::bind("0.0.0.0:443").await?;
//!     Ok(ServiceBuilder::new().layer(HandshakeLayer::new(handshake)).service(server))
//! }
//! ```
//!
//! # Sending
//!
//! [`ProxyProtocolLayer`] sends a header at the start of every connection of the
//! connector below. A header belongs to one client, so a proxy makes a stack for
//! each, as below; layers and connectors are cheap to clone, and clones share
//! their caches. A pool that uses one connection for several clients must not
//! have this layer.
//!
//! Servers expect the header before TLS: put [`TlsLayer`](crate::layers::tls)
//! above this one. Below a [`DnsLayer`](crate::layers::dns) every address that
//! is tried gets the header, above it only the one that is connected to.
//!
//! # Errors
//!
//! A connection that breaks while the header is being sent or read, and a header
//! that is missing or malformed, have the kind
//! [`ProxyHeader`](crate::ErrorKind::ProxyHeader):
//!
//! ```text
//! connection to tcp://192.0.2.1:80 failed during the PROXY header: connection reset by peer (ECONNRESET)
//! connection from tcp://10.0.0.7:50000 failed during the PROXY header: there is none
//! ```
//!
//! # Example
//!
//! ```
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_layer::Layer;
//! use tower_socket::{
//!     Incoming, IntoUri, TcpConnector, TcpServer,
//!     layers::proxy_protocol::{
//!         ProxyHeader, ProxyProtocolAcceptLayer, ProxyProtocolLayer, TrustedProxies,
//!     },
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut proxy = TcpServer::bind("127.0.0.1:0").await?;
//! # let proxy_uri = proxy.handle().address().unwrap().into_uri()?;
//! let trusted: std::net::IpAddr = "127.0.0.1".parse()?;
//! let mut backend = ProxyProtocolAcceptLayer::new(TrustedProxies::new([trusted]))
//!     .layer(TcpServer::bind("127.0.0.1:0").await?);
//! # let backend_uri = backend.handle().address().unwrap().into_uri()?;
//! # let connector = TcpConnector::new();
//! # let _connection = connector.clone().oneshot(proxy_uri).await?;
//!
//! let client = proxy.accept().await.unwrap()?;
//! let upstream = ServiceBuilder::new()
//!     .layer(ProxyProtocolLayer::new(ProxyHeader::v2_of(&client)))
//!     .service(connector.clone())
//!     .oneshot(backend_uri)
//!     .await?;
//!
//! let accepted = backend.accept().await.unwrap()?;
//! assert_eq!(accepted.peer_address(), client.peer_address());
//! assert_eq!(accepted.info().proxy_address(), upstream.local_address());
//! # Ok(())
//! # }
//! ```

mod accept;
mod future;
mod layer;
mod service;

pub use ipnet::IpNet;

pub use self::{
    accept::{
        ProxyProtocolAccept, ProxyProtocolAcceptLayer, ReadProxyHeader, ReadProxyHeaderLayer,
        Reading, TrustedProxies,
    },
    future::Connecting,
    layer::ProxyProtocolLayer,
    service::ProxyProtocol,
};
pub use crate::proxy_header::{ProxyHeader, Ssl, tlv};
