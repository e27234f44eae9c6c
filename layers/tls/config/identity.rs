use std::{fmt, path::PathBuf};

use rustls::{
    CertificateError, InconsistentKeys,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::CertifiedKey,
};
use zeroize::Zeroizing;

use super::pem::Pem;
use crate::Error;

/// A certificate chain and its private key: who one side of a handshake is.
///
/// The first certificate is the one that the key belongs to; those that sign
/// it follow, in any number. Keys are PKCS#8 (`PRIVATE KEY`), PKCS#1
/// (`RSA PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`); with a
/// [`passphrase`](Self::passphrase) also PKCS#8's `ENCRYPTED PRIVATE KEY` with
/// PBES2 (RFC 8018: AES or triple DES). Keys in OpenSSL's older encryption
/// (`Proc-Type: 4,ENCRYPTED`) are refused with the command that converts them.
///
/// Nothing is read until the configuration is built. Keys and passphrases are
/// overwritten with zeros when they are dropped.
///
/// ```
/// use tower_socket::layers::tls::Identity;
///
/// let one_file = Identity::pem_file("server.pem");
/// let two_files = Identity::pem_files("chain.pem", "key.pem").passphrase("secret");
/// ```
#[derive(Clone)]
pub struct Identity {
    source: Source,
    passphrase: Option<Zeroizing<String>>,
}

enum Source {
    Files { certificate: PathBuf, key: PathBuf },
    Pem { certificate: Zeroizing<Vec<u8>>, key: Zeroizing<Vec<u8>> },
    Der { chain: Vec<CertificateDer<'static>>, key: Zeroizing<PrivateKeyDer<'static>> },
}

impl Identity {
    /// One file with the certificates and the key, in any order.
    pub fn pem_file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self::from_source(Source::Files { certificate: path.clone(), key: path })
    }

    /// A file with the certificates and one with the key.
    pub fn pem_files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::from_source(Source::Files { certificate: certificate.into(), key: key.into() })
    }

    /// PEM text in memory; both may be the same text.
    pub fn pem(certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        Self::from_source(Source::Pem {
            certificate: Zeroizing::new(certificate.into()),
            key: Zeroizing::new(key.into()),
        })
    }

    /// Certificates and key in DER.
    pub fn der(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Self {
        Self::from_source(Source::Der { chain, key: Zeroizing::new(key) })
    }

    /// What the private key is encrypted with. A key that is not encrypted
    /// needs none and ignores it.
    pub fn passphrase(mut self, passphrase: impl Into<String>) -> Self {
        self.passphrase = Some(Zeroizing::new(passphrase.into()));
        self
    }

    #[cfg(feature = "watch")]
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let files = match &self.source {
            Source::Files { certificate, key } if certificate == key => vec![certificate],
            Source::Files { certificate, key } => vec![certificate, key],
            Source::Pem { .. } | Source::Der { .. } => Vec::new(),
        };
        files.into_iter()
    }

    fn from_source(source: Source) -> Self {
        Self { source, passphrase: None }
    }

    /// Reads everything, and checks that the key belongs to the certificate.
    pub(super) fn load(&self, provider: &CryptoProvider) -> Result<CertifiedKey, Error> {
        let (certificate, key) = match &self.source {
            Source::Der { chain, key } => {
                let names = ("the certificate given", "the private key given");
                return certified(names, chain.clone(), key.clone_key(), provider);
            }
            Source::Files { certificate, key } => (Pem::read(certificate)?, Pem::read(key)?),
            Source::Pem { certificate, key } => (Pem::given(certificate), Pem::given(key)),
        };
        key.refuse_traditional_encryption()?;
        let chain = certificate.certificates()?;
        let private =
            key.private_key(self.passphrase.as_ref().map(|passphrase| passphrase.as_str()))?;
        certified((&certificate.name, &key.name), chain, private, provider)
    }
}

fn certified(
    (certificate, key): (&str, &str),
    chain: Vec<CertificateDer<'static>>,
    private: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Error> {
    use rustls::Error as TlsError;
    CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
        TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => Error::invalid_input(format!(
            "the private key in {key} does not belong to the certificate in {certificate}"
        )),
        TlsError::NoCertificatesPresented => Error::invalid_input("no certificate was given"),
        TlsError::InvalidCertificate(CertificateError::BadEncoding) => {
            Error::invalid_input(format!("{certificate} is no valid certificate"))
        }
        TlsError::InvalidCertificate(_) => {
            Error::invalid_input(format!("cannot use the certificate in {certificate}"))
                .with_source(error)
        }
        error => {
            Error::invalid_input(format!("cannot use the private key in {key}")).with_source(error)
        }
    })
}

impl Clone for Source {
    fn clone(&self) -> Self {
        match self {
            Self::Files { certificate, key } => {
                Self::Files { certificate: certificate.clone(), key: key.clone() }
            }
            Self::Pem { certificate, key } => {
                Self::Pem { certificate: certificate.clone(), key: key.clone() }
            }
            Self::Der { chain, key } => {
                Self::Der { chain: chain.clone(), key: Zeroizing::new(key.clone_key()) }
            }
        }
    }
}

/// Shows the paths only.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut identity = f.debug_struct("Identity");
        if let Source::Files { certificate, key } = &self.source {
            identity.field("certificate", certificate).field("key", key);
        }
        identity.finish_non_exhaustive()
    }
}
