//! tonic 0.14, with the feature `tonic-0_14`.
//!
//! # Servers
//!
//! Every server, with whatever layers over it, is what `serve_with_incoming`
//! takes. Each request has the [`ConnectionInfo`] of its connection in its
//! extensions: peer address, TLS facts, certificates. tonic's own
//! `remote_addr()` and `peer_certs()` know only its own sockets.
//!
//! ```no_run
//! use tonic::{Request, Status};
//! use tower_socket::ConnectionInfo;
//!
//! # #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
//! fn authorize(request: Request<()>) -> Result<Request<()>, Status> {
//!     let info = request.extensions().get::<ConnectionInfo>().expect("every request has one");
//!     let certificates = info.tls().map(|tls| tls.peer_certificates()).unwrap_or_default();
//!     match certificates.first() {
//!         Some(certificate) => Ok(request),
//!         None => Err(Status::unauthenticated("a certificate is required")),
//!     }
//! }
//! ```
//!
//! gRPC is HTTP/2 only, and so a TLS server has to offer `h2`
//! ([`ServerTlsBuilder::alpn`](crate::layers::tls::ServerTlsBuilder::alpn)).
//! A connection that is turned away by a limit *below* TLS is `UNAVAILABLE` for
//! its client, before it has sent anything. Above TLS, or without TLS, the client
//! has connected when it is turned away, and tonic calls that `CANCELLED`; there
//! [`Overflow::Wait`](crate::layers::Overflow::Wait) may be the better choice.
//!
//! # Clients
//!
//! A [`Connector`](crate::Connector), or any stack of ours, is what
//! `Endpoint::connect_with_connector` and `connect_with_connector_lazy` take,
//! which needs the feature `hyper`. tonic refuses `https://` where TLS is not its
//! own. So the endpoint says `http://` for where to connect to and `https://`
//! for its origin, `Endpoint::from_static("http://example.com:443")` with
//! `.origin("https://example.com".parse()?)`, and the connector speaks TLS
//! whatever the scheme is:
//!
//! ```
//! # #[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
//! # fn example() -> Result<(), tower_socket::Error> {
//! use tower::ServiceBuilder;
//! use tower_socket::{
//!     TcpConnector,
//!     layers::{DnsLayer, TlsLayer, tls::ClientTls},
//! };
//!
//! let tls = ClientTls::builder().alpn(["h2"]).build()?;
//! let connector = ServiceBuilder::new()
//!     .layer(DnsLayer::system())
//!     .layer(TlsLayer::new(tls))
//!     .service(TcpConnector::new());
//! # Ok(())
//! # }
//! # #[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
//! # example().unwrap();
//! ```
//!
//! A Unix socket is reached by the URI that [`IntoUri`](crate::IntoUri) makes of
//! its path, or through a [`FixedUriLayer`](crate::layers::FixedUriLayer).

use tonic::transport::server::Connected;

use crate::{Connection, ConnectionInfo};

/// Puts the [`ConnectionInfo`] into the extensions of each request.
impl Connected for Connection {
    type ConnectInfo = ConnectionInfo;

    fn connect_info(&self) -> ConnectionInfo {
        self.info().clone()
    }
}
