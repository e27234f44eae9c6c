use std::{fmt, path::PathBuf, sync::Arc};

use rustls::ServerConfig;

#[cfg(feature = "watch")]
use super::watch::CertificateWatcher;
use super::{certificates::Certificates, identity::Identity, server_builder::ServerTlsBuilder};
use crate::Error;

/// As Envoy's TLS inspector has it.
const HELLO_LIMIT: usize = 16 * 1024;

/// How a server speaks TLS: who it is, whom it lets in, what it takes.
///
/// By default: TLS 1.2 and 1.3, no client certificates, no ALPN, tickets that
/// shorten a client's next handshake. TLS 1.0 and 1.1 do not exist in rustls.
///
/// Files are read when it is built and by [`reload`](Self::reload). Cloning is
/// cheap; clones share their certificates and tickets, so that one may be kept
/// to reload what a running server uses.
///
/// With TLS 1.3 a client has finished its handshake before the server has seen
/// the client's certificate: a client that is refused for it learns so at its
/// first read.
///
/// ```no_run
/// use tower_socket::layers::tls::{Identity, Roots, ServerTls};
///
/// # fn main() -> Result<(), tower_socket::Error> {
/// let simple = ServerTls::from_pem_file("server.pem")?;
///
/// let mutual = ServerTls::builder()
///     .identity(Identity::pem_files("example.com.pem", "example.com.key"))
///     .identity(Identity::pem_file("example.org.pem").passphrase("secret"))
///     .require_client_certificate(Roots::none().pem_file("clients.pem"))
///     .alpn(["h2", "http/1.1"])
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    certificates: Option<Arc<Certificates>>,
    hello_limit: usize,
}

impl ServerTls {
    /// The defaults, with one file that contains the certificates and the key.
    ///
    /// # Errors
    ///
    /// As [`ServerTlsBuilder::build`].
    pub fn from_pem_file(path: impl Into<PathBuf>) -> Result<Self, Error> {
        Self::builder().identity(Identity::pem_file(path)).build()
    }

    /// Starts from the defaults. At least one [`Identity`] is needed.
    pub fn builder() -> ServerTlsBuilder {
        ServerTlsBuilder::default()
    }

    /// Reads the files of every [`Identity`] again, for the next handshakes.
    /// Connections that are open stay as they are. After `From<ServerConfig>`
    /// there is nothing to read.
    ///
    /// This is blocking file I/O.
    ///
    /// # Errors
    ///
    /// As [`ServerTlsBuilder::build`]; everything stays as it was then.
    pub fn reload(&self) -> Result<(), Error> {
        self.certificates.as_ref().map_or(Ok(()), |certificates| certificates.reload())
    }

    /// Reloads whenever the file of an [`Identity`] changes, and tells
    /// `on_reload` what came of it, on a thread of its own: after an error the
    /// certificates of before stay, and the next change is waited for. It ends
    /// when the [`CertificateWatcher`] is dropped.
    ///
    /// A change is another file in the same place, written anew, renamed, or at
    /// the other end of a symbolic link, as Kubernetes and certbot have them. It
    /// is read once nothing has changed for a tenth of a second, but after a
    /// second at the latest. Files that are bad, or whose directory is gone, are
    /// looked at every second.
    ///
    /// ```no_run
    /// use tower_socket::layers::tls::ServerTls;
    ///
    /// # fn main() -> Result<(), tower_socket::Error> {
    /// let tls = ServerTls::from_pem_file("server.pem")?;
    /// let _watcher = tls.watch(|reloaded| match reloaded {
    ///     Ok(()) => println!("the certificate was renewed"),
    ///     Err(error) => eprintln!("the old certificate stays: {error}"),
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Everything is read once to begin with, which is blocking file I/O.
    ///
    /// # Errors
    ///
    /// Those of [`reload`](Self::reload);
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) where no identity has a
    /// file; [`Tls`](crate::ErrorKind::Tls) where the system cannot watch them:
    /// `ENOSPC` means that `fs.inotify.max_user_watches` is used up (inotify(7)).
    #[cfg(feature = "watch")]
    #[cfg_attr(docsrs, doc(cfg(feature = "watch")))]
    pub fn watch(
        &self,
        on_reload: impl FnMut(Result<(), Error>) + Send + 'static,
    ) -> Result<CertificateWatcher, Error> {
        match &self.certificates {
            Some(certificates) => CertificateWatcher::start(Arc::clone(certificates), on_reload),
            None => Err(Error::invalid_input("there are no certificate files to watch")),
        }
    }

    /// How many bytes a client may send before its ClientHello is complete,
    /// 16,384 by default; one that sends more fails with
    /// [`ClientHelloTooLong`](super::super::ClientHelloTooLong). Real ones have
    /// a few hundred bytes, or two thousand with post-quantum keys; rustls takes
    /// none of more than 65,535.
    pub fn client_hello_limit(mut self, bytes: usize) -> Self {
        self.hello_limit = bytes;
        self
    }

    pub(in crate::layers::tls) fn hello_limit(&self) -> usize {
        self.hello_limit
    }

    /// rustls' configuration.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    pub(super) fn new(config: ServerConfig, certificates: Arc<Certificates>) -> Self {
        Self { certificates: Some(certificates), ..Self::from(config) }
    }
}

/// Takes rustls' configuration as it is, but for early data: an attacker can
/// send it again (RFC 8446, section 8), so it is refused, and clients send it
/// after the handshake.
impl From<Arc<ServerConfig>> for ServerTls {
    fn from(mut config: Arc<ServerConfig>) -> Self {
        if config.max_early_data_size > 0 {
            Arc::make_mut(&mut config).max_early_data_size = 0;
        }
        Self { config, certificates: None, hello_limit: HELLO_LIMIT }
    }
}

/// As from one in an `Arc`.
impl From<ServerConfig> for ServerTls {
    fn from(config: ServerConfig) -> Self {
        Self::from(Arc::new(config))
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls")
            .field("certificates", &self.certificates)
            .finish_non_exhaustive()
    }
}
