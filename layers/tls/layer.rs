use std::time::Duration;

use tower_layer::Layer;

use super::{ClientTls, Tls};

/// Speaks TLS as a client over every connection of the connector below. See
/// the [module](super) for details.
#[derive(Clone, Debug)]
pub struct TlsLayer {
    tls: ClientTls,
    options: Options,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) by_scheme: bool,
    pub(super) handshake_timeout: Option<Duration>,
}

impl TlsLayer {
    /// TLS always, whatever the scheme: `tls`, none, `tcp`, `http`, `https`,
    /// `ws`, `wss` or `unix`. Another scheme is `InvalidInput`.
    pub fn new(tls: ClientTls) -> Self {
        Self { tls, options: Options::default() }
    }

    /// TLS for the schemes `tls`, `https` and `wss`. Everything else passes
    /// through untouched.
    pub fn by_scheme(tls: ClientTls) -> Self {
        Self { tls, options: Options { by_scheme: true, ..Options::default() } }
    }

    /// Gives each handshake this long, counted from when the connection below
    /// is there. By default a handshake has no deadline of its own.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.options.handshake_timeout = Some(timeout);
        self
    }
}

/// The defaults of [`ClientTls`].
impl Default for TlsLayer {
    fn default() -> Self {
        Self::new(ClientTls::new())
    }
}

impl From<ClientTls> for TlsLayer {
    fn from(tls: ClientTls) -> Self {
        Self::new(tls)
    }
}

impl<S> Layer<S> for TlsLayer {
    type Service = Tls<S>;

    fn layer(&self, inner: S) -> Tls<S> {
        Tls::new(inner, self.tls.clone(), self.options)
    }
}
