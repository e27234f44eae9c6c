use std::{fmt, time::Duration};

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
/// Each scheme can be set up, replaced by any `Service<Uri>`, or switched off.
/// A replaced `tcp` is still below DNS and timeout and carries `tls://` too; a
/// replaced `tls` is below the timeout only; a replaced `unix` stands alone.
/// With `tcp` switched off, `tls` keeps working.
///
/// ```
/// use std::time::Duration;
///
/// use tower_socket::{Connector, layers::dns::{DnsLayer, FixedHosts}};
///
/// let connector = Connector::builder()
///     .timeout(Duration::from_secs(5))
///     .dns(DnsLayer::new(FixedHosts::new().with("db.internal", [[10, 0, 0, 5]])))
///     .no_unix()
///     .build();
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct ConnectorBuilder {
    timeout: Option<TimeoutLayer>,
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
            timeout: Some(TimeoutLayer::new(TIMEOUT)),
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
    /// The phases have deadlines of their own on [`DnsLayer`] and [`TlsLayer`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(TimeoutLayer::new(timeout));
        self
    }

    /// As long as it takes.
    pub fn no_timeout(mut self) -> Self {
        self.timeout = None;
        self
    }

    /// How host names are looked up; as the system is configured by default.
    #[cfg(feature = "dns")]
    pub fn dns(mut self, dns: DnsLayer) -> Self {
        self.dns = Some(dns);
        self
    }

    /// Hands host names down to the connectors below. The default one refuses
    /// them.
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

    /// Replaces TCP, below `tls://` too.
    pub fn tcp_service<S>(mut self, service: S) -> Self
    where
        S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        self.tcp = Either::Right(routes::boxed(service));
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
        self.tls = Some(Either::Right(routes::boxed(service)));
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
        self.unix = Some(Either::Right(routes::boxed(service)));
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
            tcp: self.tcp_enabled.then(|| self.deadlined(self.resolved(self.tcp.clone()))),
            #[cfg(feature = "tls")]
            tls: self.tls.clone().map(|tls| self.deadlined(self.secured(tls))),
            unix: self.unix.clone().map(|unix| self.local(unix)),
        };
        Connector(Stack::Routes(Box::new(routes)))
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
            Either::Left(unix) => Either::Left(self.deadlined(unix)),
            Either::Right(service) => Either::Right(service),
        }
    }

    fn deadlined<S>(&self, inner: S) -> routes::Deadlined<S> {
        match self.timeout {
            Some(timeout) => Either::Left(timeout.layer(inner)),
            None => Either::Right(inner),
        }
    }
}

impl fmt::Debug for ConnectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectorBuilder").finish_non_exhaustive()
    }
}
