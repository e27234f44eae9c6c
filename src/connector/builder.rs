use std::{fmt, sync::Arc, time::Duration};

use http::Uri;
use tower::util::Either;
use tower_layer::Layer;
use tower_service::Service;

use super::{Boxed, Connector, Stack, routes};
#[cfg(feature = "dns")]
use crate::layers::dns::DnsLayer;
#[cfg(feature = "tls")]
use crate::layers::tls::TlsLayer;
use crate::{BoxError, Connection, TcpConnector, UnixConnector, layers::timeout::TimeoutLayer};

const TIMEOUT: Duration = Duration::from_secs(60);

/// What a [`Connector`] is made of.
///
/// Each scheme can be set up, replaced by any `Service<Uri>`, or switched off;
/// what is said last about it counts. Each may also be asked for by the names
/// that it has on the web: `tcp` as `http` and `ws`, `tls` as `https` and `wss`.
///
/// | replaced | is below | besides |
/// |---|---|---|
/// | `tcp` | timeout and DNS | carries `tls://` too |
/// | `tls` | timeout | gets host names as they are |
/// | `unix` | nothing | |
///
/// With `tcp` switched off, `tls` keeps working. A replaced one that is not
/// ready is waited for as a part of the connect, and holds no other scheme up.
///
/// ```
/// use std::time::Duration;
///
/// use tower_socket::{Connector, layers::dns::FixedHosts};
///
/// let connector = Connector::builder()
///     .timeout(Duration::from_secs(5))
///     .dns(FixedHosts::new().with("db.internal", [[10, 0, 0, 5]]))
///     .no_unix()
///     .build();
/// ```
///
/// Phases have deadlines of their own where their layers are given one:
///
/// ```
/// use std::time::Duration;
///
/// use tower_socket::{Connector, layers::{DnsLayer, TlsLayer}};
///
/// let dns = DnsLayer::system()
///     .lookup_timeout(Duration::from_secs(2))
///     .attempt_timeout(Duration::from_secs(3));
/// let tls = TlsLayer::default().handshake_timeout(Duration::from_secs(4));
/// let connector = Connector::builder().dns(dns).tls(tls).build();
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct ConnectorBuilder {
    timeout: TimeoutLayer,
    #[cfg(feature = "dns")]
    dns: Option<DnsLayer>,
    tcp: routes::Tcp,
    tcp_enabled: bool,
    #[cfg(feature = "tls")]
    tls: Option<Either<TlsLayer, Boxed>>,
    unix: Option<Either<UnixConnector, Boxed>>,
}

impl ConnectorBuilder {
    pub(super) fn new() -> Self {
        Self {
            timeout: TimeoutLayer::new(TIMEOUT),
            #[cfg(feature = "dns")]
            dns: Some(DnsLayer::system()),
            tcp: Either::Left(TcpConnector::new()),
            tcp_enabled: true,
            #[cfg(feature = "tls")]
            tls: Some(Either::Left(TlsLayer::default())),
            unix: Some(Either::Left(UnixConnector::new())),
        }
    }

    /// The time for one connect over all its phases, 60 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = TimeoutLayer::new(timeout);
        self
    }

    /// As long as it takes.
    pub fn no_timeout(self) -> Self {
        self.timeout(Duration::MAX)
    }

    /// How host names are looked up: a resolver, or a layer with deadlines of
    /// its own. By default as the system is configured.
    #[cfg(feature = "dns")]
    pub fn dns(mut self, dns: impl Into<DnsLayer>) -> Self {
        self.dns = Some(dns.into());
        self
    }

    /// Hands host names down to TCP. The default one refuses them; one in its
    /// [place](Self::tcp_service) may take them, a proxy's client, say.
    #[cfg(feature = "dns")]
    pub fn no_dns(mut self) -> Self {
        self.dns = None;
        self
    }

    /// Options of TCP sockets, below `tls://` too.
    pub fn tcp(mut self, tcp: TcpConnector) -> Self {
        self.tcp = Either::Left(tcp);
        self.tcp_enabled = true;
        self
    }

    /// Replaces TCP, below `tls://` too. It gets addresses, as
    /// `tcp://192.0.2.1:80?hostname=example.com`.
    pub fn tcp_service<S>(mut self, service: S) -> Self
    where
        S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        self.tcp = Either::Right(routes::replacing(service));
        self.tcp_enabled = true;
        self
    }

    /// Refuses `tcp://`; `tls://` keeps working.
    pub fn no_tcp(mut self) -> Self {
        self.tcp_enabled = false;
        self
    }

    /// How TLS is spoken: a [`ClientTls`](crate::layers::tls::ClientTls), or a
    /// layer with a deadline for the handshake.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: impl Into<TlsLayer>) -> Self {
        self.tls = Some(Either::Left(tls.into()));
        self
    }

    /// Replaces everything but the timeout for `tls://`.
    #[cfg(feature = "tls")]
    pub fn tls_service<S>(mut self, service: S) -> Self
    where
        S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        self.tls = Some(Either::Right(routes::replacing(service)));
        self
    }

    /// Refuses `tls://`.
    #[cfg(feature = "tls")]
    pub fn no_tls(mut self) -> Self {
        self.tls = None;
        self
    }

    /// Replaces `unix://`.
    pub fn unix_service<S>(mut self, service: S) -> Self
    where
        S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        self.unix = Some(Either::Right(routes::replacing(service)));
        self
    }

    /// Refuses `unix://`.
    pub fn no_unix(mut self) -> Self {
        self.unix = None;
        self
    }

    /// Stacks it all.
    #[must_use]
    pub fn build(self) -> Connector {
        let routes = routes::Routes {
            tcp: self.tcp_enabled.then(|| self.timeout.layer(self.resolved(self.tcp.clone()))),
            #[cfg(feature = "tls")]
            tls: self.tls.clone().map(|tls| self.timeout.layer(self.secured(tls))),
            unix: self.unix.clone().map(|unix| self.local(unix)),
        };
        Connector(Stack::Routes(Arc::new(routes)))
    }

    #[cfg(feature = "dns")]
    fn resolved<S>(&self, inner: S) -> routes::Resolved<S> {
        match &self.dns {
            Some(dns) => Either::Left(dns.layer(inner)),
            None => Either::Right(inner),
        }
    }

    #[cfg(not(feature = "dns"))]
    fn resolved<S>(&self, inner: S) -> routes::Resolved<S> {
        inner
    }

    #[cfg(feature = "tls")]
    fn secured(&self, tls: Either<TlsLayer, Boxed>) -> routes::Secured {
        match tls {
            Either::Left(tls) => Either::Left(self.resolved(tls.layer(self.tcp.clone()))),
            Either::Right(service) => Either::Right(service),
        }
    }

    fn local(&self, unix: Either<UnixConnector, Boxed>) -> routes::UnixRoute {
        match unix {
            Either::Left(unix) => Either::Left(self.timeout.layer(unix)),
            Either::Right(service) => Either::Right(service),
        }
    }
}

impl fmt::Debug for ConnectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectorBuilder").finish_non_exhaustive()
    }
}
