use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rustls::{ClientConfig, pki_types::ServerName};

use super::client_builder::ClientTlsBuilder;
use crate::Error;

/// How a client speaks TLS: whom it trusts, who it is, what it offers.
///
/// [`new`](Self::new) is right for the public internet: TLS 1.2 and 1.3, the
/// platform's roots, certificate and name verified, with aws-lc-rs also
/// X25519MLKEM768 offered.
/// TLS 1.0 and 1.1 do not exist in rustls.
///
/// Cloning is cheap, and clones share their sessions: 1,024 TLS 1.3 tickets, so
/// that many concurrent connects to one server are all resumed. Different
/// values share nothing.
///
/// ```
/// use tower_socket::layers::tls::{ClientTls, Roots};
///
/// # fn main() -> Result<(), tower_socket::Error> {
/// let tls = ClientTls::builder().alpn(["h2", "http/1.1"]).build()?;
/// let strict = ClientTls::builder().roots(Roots::none().pem_file("company.pem")).build();
/// assert!(strict.unwrap_err().is_invalid_input());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientTls(Arc<Inner>);

struct Inner {
    config: Config,
    server_name: Option<ServerName<'static>>,
}

enum Config {
    Ready(Arc<ClientConfig>),
    /// Made by one caller, for whom the others wait.
    Deferred {
        make: Mutex<Make>,
        made: OnceLock<Arc<ClientConfig>>,
    },
}

type Make = Box<dyn Fn() -> Result<ClientConfig, Error> + Send>;

impl ClientTls {
    /// The defaults. Never fails: a machine without root certificates is an
    /// error of the first connection.
    pub fn new() -> Self {
        Self::deferred(|| ClientTlsBuilder::default().settings()?.config(), None)
    }

    /// Starts from the same defaults.
    pub fn builder() -> ClientTlsBuilder {
        ClientTlsBuilder::default()
    }

    /// rustls' configuration. The first call reads the platform's roots, where
    /// those are asked for.
    ///
    /// # Errors
    ///
    /// The platform has no roots; or, after [`new`](Self::new), the crate was
    /// built with no cryptography provider.
    pub fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        match &self.0.config {
            Config::Ready(config) => Ok(Arc::clone(config)),
            Config::Deferred { make, made } => match made.get() {
                Some(config) => Ok(Arc::clone(config)),
                None => make_once(make, made),
            },
        }
    }

    /// The same for this protocol alone.
    #[cfg(feature = "dns-over-https")]
    pub(in crate::layers) async fn speaking(&self, protocol: &[u8]) -> Result<Self, Error> {
        let config = super::Configuring::new(self)?.await?;
        let mut config = ClientConfig::clone(&config);
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(Self::ready(Arc::new(config), self.0.server_name.clone()))
    }

    /// `None` while it has to be read yet.
    pub(super) fn made(&self) -> Option<Arc<ClientConfig>> {
        match &self.0.config {
            Config::Ready(config) => Some(Arc::clone(config)),
            Config::Deferred { made, .. } => made.get().cloned(),
        }
    }

    pub(in crate::layers::tls) fn server_name(&self) -> Option<&ServerName<'static>> {
        self.0.server_name.as_ref()
    }

    pub(super) fn ready(
        config: Arc<ClientConfig>,
        server_name: Option<ServerName<'static>>,
    ) -> Self {
        Self(Arc::new(Inner { config: Config::Ready(config), server_name }))
    }

    pub(super) fn deferred(
        make: impl Fn() -> Result<ClientConfig, Error> + Send + 'static,
        server_name: Option<ServerName<'static>>,
    ) -> Self {
        let make = Mutex::new(Box::new(make) as Make);
        let config = Config::Deferred { make, made: OnceLock::new() };
        Self(Arc::new(Inner { config, server_name }))
    }
}

fn make_once(
    make: &Mutex<Make>,
    made: &OnceLock<Arc<ClientConfig>>,
) -> Result<Arc<ClientConfig>, Error> {
    let make = make.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(config) = made.get() {
        return Ok(Arc::clone(config));
    }
    let config = Arc::new(make()?);
    Ok(Arc::clone(made.get_or_init(|| config)))
}

impl Default for ClientTls {
    fn default() -> Self {
        Self::new()
    }
}

/// Takes rustls' configuration as it is.
impl From<Arc<ClientConfig>> for ClientTls {
    fn from(config: Arc<ClientConfig>) -> Self {
        Self::ready(config, None)
    }
}

/// Takes rustls' configuration as it is.
impl From<ClientConfig> for ClientTls {
    fn from(config: ClientConfig) -> Self {
        Self::from(Arc::new(config))
    }
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls")
            .field("server_name", &self.0.server_name)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, any(feature = "aws-lc-rs", feature = "ring")))]
mod tests {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use super::*;

    /// How often files are read when so many connect at the same moment.
    fn reads(connects: usize) -> usize {
        let reads = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&reads);
        let read = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            ClientTls::builder().dangerous().accept_any_chain().settings()?.config()
        };
        let tls = ClientTls::deferred(read, None);
        let start = Barrier::new(connects);
        let connect = || {
            start.wait();
            tls.config().map(drop)
        };
        thread::scope(|threads| {
            (0..connects).for_each(|_| drop(threads.spawn(connect)));
        });
        reads.load(Ordering::Relaxed)
    }

    #[test]
    fn what_several_connects_wait_for_is_read_once() {
        (0..200).for_each(|_| assert_eq!(reads(4), 1));
    }
}
