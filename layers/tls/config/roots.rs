use std::path::{Path, PathBuf};

use rustls::{RootCertStore, pki_types::CertificateDer};

use super::pem::Pem;
use crate::{Error, ErrorKind};

/// The certificates that a chain may end at. Several sources add up.
///
/// Files are read when the configuration is built; the platform's store by the
/// first connection that needs it.
///
/// ```
/// use tower_socket::layers::tls::Roots;
///
/// let ours_too = Roots::platform().pem_file("company.pem");
/// let only_ours = Roots::none().pem_file("company.pem");
/// ```
#[derive(Clone, Debug)]
pub struct Roots {
    platform: bool,
    sources: Vec<Source>,
}

#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Directory(PathBuf),
    Pem(Vec<u8>),
    Der(Vec<CertificateDer<'static>>),
    #[cfg(feature = "webpki-roots")]
    Webpki,
}

impl Roots {
    /// No root: a start for one's own.
    pub fn none() -> Self {
        Self { platform: false, sources: Vec::new() }
    }

    /// The platform's store, which is the default: `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` where they are set, else where OpenSSL looks.
    pub fn platform() -> Self {
        Self { platform: true, sources: Vec::new() }
    }

    /// Mozilla's roots, as they were when the crate `webpki-roots` was
    /// released.
    #[cfg(feature = "webpki-roots")]
    #[cfg_attr(docsrs, doc(cfg(feature = "webpki-roots")))]
    pub fn webpki() -> Self {
        Self::none().with(Source::Webpki)
    }

    /// Adds every certificate of a PEM file.
    pub fn pem_file(self, path: impl Into<PathBuf>) -> Self {
        self.with(Source::File(path.into()))
    }

    /// Adds every certificate of every PEM file in a directory, but not of the
    /// directories in it.
    pub fn pem_directory(self, path: impl Into<PathBuf>) -> Self {
        self.with(Source::Directory(path.into()))
    }

    /// Adds every certificate of a PEM text.
    pub fn pem(self, text: impl Into<Vec<u8>>) -> Self {
        self.with(Source::Pem(text.into()))
    }

    /// Adds certificates in DER.
    pub fn certificates(
        self,
        certificates: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Self {
        self.with(Source::Der(certificates.into_iter().collect()))
    }

    fn with(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    pub(super) fn needs_platform(&self) -> bool {
        self.platform
    }

    /// Everything but the platform's.
    pub(super) fn load(&self) -> Result<RootCertStore, Error> {
        let mut store = RootCertStore::empty();
        for source in &self.sources {
            match source {
                Source::File(path) => add_pem(&mut store, &Pem::read(path)?)?,
                Source::Directory(path) => add_directory(&mut store, path)?,
                Source::Pem(text) => add_pem(&mut store, &Pem::given(text))?,
                Source::Der(certificates) => {
                    add(&mut store, "the roots given", certificates.clone())?;
                }
                #[cfg(feature = "webpki-roots")]
                Source::Webpki => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            }
        }
        Ok(store)
    }
}

/// [`Roots::platform`].
impl Default for Roots {
    fn default() -> Self {
        Self::platform()
    }
}

fn add_pem(store: &mut RootCertStore, pem: &Pem) -> Result<(), Error> {
    add(store, &pem.name, pem.certificates()?)
}

fn add_directory(store: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let name = format!("\"{}\"", path.display());
    let found = rustls_native_certs::load_certs_from_paths(None, Some(path));
    if let Some(error) = found.errors.into_iter().next() {
        return Err(
            Error::invalid_input(format!("cannot read the roots in {name}")).with_source(error)
        );
    }
    if found.certs.is_empty() {
        return Err(Error::invalid_input(format!("no file in {name} contains a certificate")));
    }
    add(store, &name, found.certs)
}

fn add(
    store: &mut RootCertStore,
    name: &str,
    certificates: Vec<CertificateDer<'static>>,
) -> Result<(), Error> {
    for certificate in certificates {
        store.add(certificate).map_err(|error| {
            Error::invalid_input(format!("a certificate in {name} cannot be a root"))
                .with_source(error)
        })?;
    }
    Ok(())
}

/// Certificates in the store that rustls cannot read are left out: real stores
/// contain some.
pub(super) fn add_platform(store: &mut RootCertStore) -> Result<(), Error> {
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = store.add_parsable_certificates(found.certs);
    if added > 0 {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Tls).with_reason(
        "this machine has no root certificates (install ca-certificates, set SSL_CERT_FILE, or give roots)",
    );
    Err(match found.errors.into_iter().next() {
        Some(cause) => error.with_source(cause),
        None => error,
    })
}
