//! The client facade: every scheme behind one connector.
//!
//! ```text
//! tcp://   Timeout( Dns( Tcp ) )
//! tls://   Timeout( Dns( Tls( Tcp ) ) )
//! unix://  Timeout( Unix )
//! ```
//!
//! # Through a proxy
//!
//! hyper-util's `Tunnel` (HTTP's CONNECT), `SocksV4` and `SocksV5`, its feature
//! `client-proxy`, take any of our connectors to reach the proxy, and stand in
//! the place of TCP: TLS is spoken with the server behind the proxy, and the
//! deadline covers all of it.
//!
//! ```
//! # #[cfg(all(feature = "dns", feature = "tls", feature = "hyper"))]
//! # fn example() -> Result<(), tower_socket::Error> {
//! use http::HeaderValue;
//! use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
//! use tower_socket::{Connector, IntoUri};
//!
//! let proxy = "proxy.internal:3128".into_uri()?;
//! let tunnel = Tunnel::new(proxy, Connector::new())
//!     .with_auth(HeaderValue::from_static("Basic dXNlcjpzZWNyZXQ="));
//! let connector = Connector::builder().tcp_service(tunnel).no_dns().build();
//! let through = connector.connect("tls://example.com:443");
//!
//! let socks = SocksV5::new("127.0.0.1:1080".into_uri()?, Connector::new());
//! let connector = Connector::builder().tcp_service(socks).no_dns().build();
//! # Ok(())
//! # }
//! # #[cfg(all(feature = "dns", feature = "tls", feature = "hyper"))]
//! # example().unwrap();
//! ```
//!
//! With [`no_dns`](ConnectorBuilder::no_dns) the proxy looks up the names;
//! without, they are looked up here, the addresses raced through the proxy, and
//! `SocksV4` needs it so where the proxy does not know version 4a. The peer of
//! such a connection is the proxy. In a stack made by hand,
//! [`Connector::from_service`] around the proxy's connector makes its error one
//! of ours, so that a [`TlsLayer`](crate::layers) goes on top.
//!
//! To know of hyper-util's: write the port, since 443 is taken where there is
//! none, for `http://` too; `SocksV4` and `SocksV5` do not say why the proxy
//! could not be reached, `Tunnel` does.

mod builder;
mod future;
mod routes;

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use self::routes::Routes;
pub use self::{
    builder::ConnectorBuilder,
    future::{Connect, Connecting},
};
use crate::{BoxError, Connection, Error, IntoUri};

/// Any connector in a box.
type Boxed = BoxCloneSyncService<Uri, Connection, Error>;

/// Connects to whatever a URI names.
///
/// `tcp://` (also `http://`, `ws://`, or no scheme), `tls://` (also `https://`,
/// `wss://`) and `unix://` each have a stack of layers below them; see
/// [`ConnectorBuilder`] for what can be set, replaced and switched off. By
/// default host names are looked up as the system is configured, certificates
/// are verified against the platform's roots, and each connect has 60 seconds
/// over all its phases.
///
/// ```no_run
/// use tokio::io::AsyncWriteExt;
/// use tower_socket::Connector;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let connector = Connector::new();
/// let mut connection = connector.connect("tls://example.com:443").await?;
/// connection.write_all(b"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n").await?;
/// # Ok(())
/// # }
/// ```
///
/// It is itself a `Service<Uri>`, and what hyper-util's `Client` and tonic's
/// `connect_with_connector` take. Clones share caches and TLS sessions.
///
/// # Errors
///
/// `InvalidInput` for what can never work, before any packet is sent: a URI
/// that is none, a scheme that is switched off, a call outside a tokio runtime.
///
/// # Cancel safety
///
/// Dropping the future stops everything it began: lookups, sockets, handshakes.
#[derive(Clone)]
pub struct Connector(Stack);

#[derive(Clone)]
enum Stack {
    Routes(Arc<Routes>),
    Service(Boxed),
}

impl Connector {
    /// The defaults. Never fails: a missing resolver configuration or root
    /// store is an error of the first connect that needs it.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Sets, replaces or switches off parts first.
    pub fn builder() -> ConnectorBuilder {
        ConnectorBuilder::new()
    }

    /// Takes a stack made by hand, tower's own middleware included, and makes
    /// it what hyper-util's `Client` accepts: its future becomes `Unpin`, its
    /// error an [`Error`].
    ///
    /// The stack has to be `Clone`; put tower's `Buffer` over one that is not,
    /// such as `RateLimit`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tower::{ServiceBuilder, timeout::TimeoutLayer};
    /// use tower_socket::{Connector, TcpConnector};
    ///
    /// let stack = ServiceBuilder::new()
    ///     .layer(TimeoutLayer::new(Duration::from_secs(3)))
    ///     .service(TcpConnector::new());
    /// let connector = Connector::from_service(stack);
    /// ```
    pub fn from_service<S>(service: S) -> Self
    where
        S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        Self(Stack::Service(routes::boxed(service)))
    }

    /// Connects to what `uri` names.
    pub fn connect(&self, uri: impl IntoUri) -> Connect {
        Connect::new(self.clone(), uri.into_uri())
    }
}

impl Default for Connector {
    fn default() -> Self {
        Self::new()
    }
}

impl Service<Uri> for Connector {
    type Response = Connection;
    type Error = Error;
    type Future = Connecting;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match &mut self.0 {
            Stack::Routes(_) => Poll::Ready(Ok(())),
            Stack::Service(service) => service.poll_ready(cx),
        }
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        match &mut self.0 {
            Stack::Routes(routes) => routes.call(uri),
            Stack::Service(service) => Connecting::service(service.call(uri.clone()), uri),
        }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}
