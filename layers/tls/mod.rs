//! TLS on both sides, through rustls.
//!
//! A client is a connector with [`TlsLayer`] over it, a server a server with
//! [`TlsAcceptLayer`] over it; [`ClientTls`] and [`ServerTls`] say how. What the
//! two sides agreed on is [`ConnectionInfo::tls`](crate::ConnectionInfo::tls).
//! [`StartTls`] is for protocols that begin in plain text and change over.
//!
//! # The name of the server
//!
//! A client asks for and verifies, in this order: the
//! [`server_name`](ClientTlsBuilder::server_name) of its configuration, the
//! query parameter `hostname` of the URI, the host. An IP address is verified
//! against those in the certificate, and never told to the server.
//!
//! # Order
//!
//! [`DnsLayer`](crate::layers::DnsLayer) may stand above or below: it adds
//! `hostname` where it replaces a name by an address. Above, as
//! `Dns(Tls(Tcp))`, an address counts as reached when its handshake is done.
//! The layer hands down `tcp`, `http` or `ws` with the port written out.
//!
//! # Errors
//!
//! What is wrong with the URI or the configuration is found before the
//! connector below is called. A failed handshake has the kind
//! [`Tls`](crate::ErrorKind::Tls) and rustls' error as its source:
//!
//! ```text
//! connection to tls://example.com:443 failed during TLS handshake: invalid peer certificate: UnknownIssuer
//! ```
//!
//! A peer that hangs up in the middle is `connection lost (ECONNRESET)`,
//! whichever way it did so. What failed below is shown with the `tls://` URI
//! and otherwise as it is.
//!
//! # Memory
//!
//! A connection that waits has no buffers: what is read and written passes
//! through those of the thread (68 KiB each, two at most), and only what is left
//! over is kept: the beginning of a record, what a small read left of one, what
//! the socket did not take yet. A write takes 64 KiB at most.
//!
//! # Example
//!
//! ```
//! # #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
//! # mod example {
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_socket::{
//!     Incoming, TcpConnector, TcpServer,
//!     layers::tls::{ClientTls, Identity, Roots, ServerTls, TlsAcceptLayer, TlsLayer},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
//! let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
//!
//! let tls = ServerTls::builder().identity(Identity::pem(certificate.clone(), key)).build()?;
//! let mut server = ServiceBuilder::new()
//!     .layer(TlsAcceptLayer::new(tls))
//!     .service(TcpServer::bind("127.0.0.1:0").await?);
//! let address = server.handle().address().unwrap();
//!
//! let tls = ClientTls::builder().roots(Roots::none().pem(certificate)).build()?;
//! let connector = ServiceBuilder::new().layer(TlsLayer::new(tls)).service(TcpConnector::new());
//!
//! let (accepted, connected) =
//!     tokio::join!(server.accept(), connector.oneshot(address.to_string().parse()?));
//! accepted.unwrap()?.shutdown().await?;
//! let mut connection = connected?;
//! assert_eq!(connection.peer_address(), Some(address));
//! assert_eq!(connection.read(&mut [0; 8]).await?, 0);
//! # Ok(())
//! # }
//! # }
//! # #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
//! # example::main().unwrap();
//! ```

mod accept;
mod accept_layer;
mod acceptor;
mod config;
mod error;
mod future;
mod handshake;
mod hello;
mod layer;
pub(super) mod server_name;
mod service;
mod start_tls;
mod stream;
mod trace;

pub use rustls::version::{TLS12, TLS13};

#[cfg(feature = "watch")]
#[cfg_attr(docsrs, doc(cfg(feature = "watch")))]
pub use self::config::CertificateWatcher;
pub(crate) use self::stream::TlsStream;
pub use self::{
    accept::TlsAccept,
    accept_layer::TlsAcceptLayer,
    acceptor::{Accepting, TlsAcceptor},
    config::{
        ClientTls, ClientTlsBuilder, Dangerous, Identity, Roots, ServerTls, ServerTlsBuilder,
        TicketKeys,
    },
    future::Connecting,
    hello::ClientHelloTooLong,
    layer::TlsLayer,
    service::Tls,
    start_tls::{Plaintext, StartTls, Upgrading},
};
