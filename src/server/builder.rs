use std::time::Duration;

#[cfg(feature = "tls")]
use http::Uri;

use super::{Server, stack::Stack};
#[cfg(feature = "rate-limit")]
use crate::layers::AcceptRateLayer;
#[cfg(feature = "proxy-protocol")]
use crate::layers::proxy_protocol::ProxyProtocolAcceptLayer;
use crate::{
    Error, FdServer, IntoUri, TcpServer, UnixServer,
    layers::{AccessLayer, IdleTimeoutLayer, LimitLayer, MaxAgeLayer},
    tcp::TcpServerBuilder,
    unix::UnixServerBuilder,
    uri::Scheme,
};
#[cfg(feature = "tls")]
use crate::{layers::tls::TlsAcceptLayer, uri};

/// What a [`Server`] is made of.
///
/// One builder serves any URI: what does not apply to its scheme is ignored.
/// Everything that a builder and its clones bind shares one
/// [`limit`](Self::limit), one on [what is accepted](Self::limit_accepted) and
/// one count [per source](Self::per_source).
///
/// ```no_run
/// use tower_socket::{Server, layers::{LimitLayer, tls::ServerTls}};
///
/// # async fn example() -> Result<(), tower_socket::Error> {
/// let server = Server::builder()
///     .tls(ServerTls::from_pem_file("localhost.pem")?)
///     .limit(LimitLayer::new(1000))
///     .per_source(20)
///     .bind("tls://0.0.0.0:8443")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it binds"]
pub struct ServerBuilder {
    tcp: TcpServerBuilder,
    unix: UnixServerBuilder,
    stack: Stack,
}

impl ServerBuilder {
    pub(super) fn new() -> Self {
        Self { tcp: TcpServer::builder(), unix: UnixServer::builder(), stack: Stack::default() }
    }

    /// Options of TCP sockets, below `tls://` too. A descriptor that was
    /// inherited keeps its own.
    pub fn tcp(mut self, tcp: TcpServerBuilder) -> Self {
        self.tcp = tcp;
        self
    }

    /// Options of Unix sockets.
    pub fn unix(mut self, unix: UnixServerBuilder) -> Self {
        self.unix = unix;
        self
    }

    /// The certificates for `tls://`: a [`ServerTls`](crate::layers::tls::ServerTls),
    /// or a layer with a deadline of its own for the handshake (10 seconds by
    /// default) or other slots. Keep a clone of the `ServerTls` to
    /// [reload](crate::layers::tls::ServerTls::reload) the certificates of
    /// servers that run.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: impl Into<TlsAcceptLayer>) -> Self {
        self.stack.tls = Some(tls.into());
        self
    }

    /// Who may come in: an [`AccessList`](crate::layers::access::AccessList), or
    /// a layer, of which you keep a clone to change the list of servers that
    /// run. Everyone by default. Those who may not are closed right after they
    /// were accepted, before anything else is done for them; behind
    /// proxies it is the clients that are looked at, once they are known.
    pub fn access(mut self, access: impl Into<AccessLayer>) -> Self {
        self.stack.access = Some(access.into());
        self
    }

    /// How many connections come in a time, and what happens to those beyond
    /// ([`overflow`](AcceptRateLayer::overflow)). Those that may not come in
    /// ([`access`](Self::access)) do not count; handshakes do, behind proxies
    /// from when their client is known. No limit by default.
    #[cfg(feature = "rate-limit")]
    pub fn accept_rate(mut self, rate: AcceptRateLayer) -> Self {
        self.stack.rate = Some(rate);
        self
    }

    /// The proxies in front of this server, which tell it its clients: a
    /// [`TrustedProxies`](crate::layers::proxy_protocol::TrustedProxies), or a
    /// layer with a deadline of its own for the header (10 seconds by default)
    /// or other slots. Addresses, errors and limits are those of the clients
    /// then.
    ///
    /// With `tls://` the header and the TLS handshake are one handshake, with
    /// the deadline and the slots of [`tls`](Self::tls).
    #[cfg(feature = "proxy-protocol")]
    pub fn proxy_protocol(mut self, proxies: impl Into<ProxyProtocolAcceptLayer>) -> Self {
        self.stack.proxies = Some(proxies.into());
        self
    }

    /// How many connections may be open, and what happens to those beyond
    /// ([`overflow`](LimitLayer::overflow)). Over TLS finished handshakes count.
    /// No limit by default.
    ///
    /// Keep a clone of the layer to [change](LimitLayer::set_limit) the limit of
    /// servers that run.
    pub fn limit(mut self, limit: LimitLayer) -> Self {
        self.stack.limit = Some(limit);
        self
    }

    /// How many connections one source address may have open, IPv6 by /64; those
    /// beyond are closed. Handshakes that are running count, behind proxies
    /// from when their client is known. No limit by default, and never one for
    /// Unix sockets.
    ///
    /// Short for [`limit_accepted`](Self::limit_accepted) with
    /// `LimitLayer::unlimited().per_source(limit)`.
    pub fn per_source(self, limit: usize) -> Self {
        self.limit_accepted(LimitLayer::unlimited().per_source(limit))
    }

    /// Limits what is accepted, below TLS: handshakes that are running count
    /// with the others. Both limits may be set; without TLS they stand one on
    /// the other.
    ///
    /// ```
    /// use tower_socket::{Server, layers::{LimitLayer, Overflow}};
    ///
    /// # async fn example() -> Result<(), tower_socket::Error> {
    /// let accepted = LimitLayer::new(5000).per_source(20).overflow(Overflow::Reset);
    /// let server = Server::builder().limit_accepted(accepted.clone()).bind("8080").await?;
    /// // Later, while it runs:
    /// accepted.set_per_source(5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn limit_accepted(mut self, limit: LimitLayer) -> Self {
        self.stack.accepted = Some(limit);
        self
    }

    /// Closes connections on which nothing was sent or received for this long,
    /// over TLS once their handshake is done; see
    /// [`lifetime`](crate::layers::lifetime). No limit by default.
    pub fn idle_timeout(mut self, duration: Duration) -> Self {
        self.stack.idle_timeout = Some(IdleTimeoutLayer::new(duration));
        self
    }

    /// Closes connections that were accepted this long ago, whatever they do
    /// then; see [`lifetime`](crate::layers::lifetime). No limit by default.
    pub fn max_age(mut self, duration: Duration) -> Self {
        self.stack.max_age = Some(MaxAgeLayer::new(duration));
        self
    }

    /// Listens, as [`Server::bind`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Server::bind`].
    pub async fn bind(&self, uri: impl IntoUri) -> Result<Server, Error> {
        let uri = uri.into_uri()?;
        match Scheme::of(&uri) {
            None | Some(Scheme::Tcp) => Ok(self.stack.over(self.tcp.bind(uri).await?)),
            Some(Scheme::Unix) => Ok(self.stack.over(self.unix.bind(uri).await?)),
            Some(Scheme::Fd | Scheme::Systemd) => Ok(self.stack.over(FdServer::bind(uri).await?)),
            #[cfg(feature = "tls")]
            Some(Scheme::Tls) => self.bind_tls(uri).await,
            _ => Err(Error::invalid_input("there is no server for this scheme").with_uri(uri)),
        }
    }

    #[cfg(feature = "tls")]
    async fn bind_tls(&self, uri: Uri) -> Result<Server, Error> {
        let Some(tls) = &self.stack.tls else {
            return Err(Error::invalid_input("a TLS server needs a certificate").with_uri(uri));
        };
        let listening = self.tcp.bind(uri::without_tls(&uri)?).await;
        let server = listening.map_err(|error| as_asked(error, uri))?;
        Ok(self.stack.over_tls(tls, server))
    }
}

/// The URI that was asked for in place of the one below TLS.
#[cfg(feature = "tls")]
fn as_asked(error: Error, uri: Uri) -> Error {
    if error.uri().is_some() { error.with_uri(uri) } else { error }
}
