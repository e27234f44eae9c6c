//! What both sides of a handshake are told: cryptography, versions, ALPN.

use std::sync::Arc;

use rustls::{
    CipherSuite, ConfigBuilder, ConfigSide, SupportedCipherSuite, SupportedProtocolVersion,
    WantsVerifier, WantsVersions,
    crypto::{
        CryptoProvider,
        hash::{Hash, HashAlgorithm},
    },
};

use crate::Error;

#[derive(Clone, Debug, Default)]
pub(super) struct Protocol {
    provider: Option<Arc<CryptoProvider>>,
    versions: Option<Vec<&'static SupportedProtocolVersion>>,
    cipher_suites: Option<Vec<CipherSuite>>,
    alpn: Vec<Vec<u8>>,
}

impl Protocol {
    pub(super) fn set_provider(&mut self, provider: Arc<CryptoProvider>) {
        self.provider = Some(provider);
    }

    pub(super) fn set_versions(&mut self, versions: &[&'static SupportedProtocolVersion]) {
        self.versions = Some(versions.to_vec());
    }

    pub(super) fn set_cipher_suites(&mut self, suites: &[CipherSuite]) {
        self.cipher_suites = Some(suites.to_vec());
    }

    pub(super) fn set_alpn(&mut self, protocols: impl IntoIterator<Item = impl Into<Vec<u8>>>) {
        self.alpn = protocols.into_iter().map(Into::into).collect();
    }

    /// The provider, with all of its cipher suites.
    pub(super) fn whole_provider(&self) -> Result<Arc<CryptoProvider>, Error> {
        self.provider.clone().or_else(default_provider).ok_or_else(|| {
            Error::invalid_input(
                "no cryptography provider: turn on the feature `aws-lc-rs` or `ring`, or give one",
            )
        })
    }

    /// The provider, with the chosen cipher suites only.
    pub(super) fn provider(&self) -> Result<Arc<CryptoProvider>, Error> {
        let provider = self.whole_provider()?;
        let Some(names) = &self.cipher_suites else {
            return Ok(provider);
        };
        let cipher_suites =
            names.iter().map(|name| find_suite(&provider, *name)).collect::<Result<_, _>>()?;
        Ok(Arc::new(CryptoProvider { cipher_suites, ..(*provider).clone() }))
    }

    pub(super) fn alpn(&self) -> Result<Vec<Vec<u8>>, Error> {
        match self.alpn.iter().find(|name| name.is_empty() || name.len() > 255) {
            Some(name) => Err(Error::invalid_input(format!(
                "the ALPN protocol \"{}\" is not 1 to 255 bytes long",
                name.escape_ascii()
            ))),
            None => Ok(self.alpn.clone()),
        }
    }

    pub(super) fn apply<S: ConfigSide>(
        &self,
        builder: ConfigBuilder<S, WantsVersions>,
    ) -> Result<ConfigBuilder<S, WantsVerifier>, Error> {
        let versions = self.versions.as_deref().unwrap_or(rustls::DEFAULT_VERSIONS);
        builder.with_protocol_versions(versions).map_err(|error| {
            Error::invalid_input("the TLS versions and cipher suites fit no handshake")
                .with_source(error)
        })
    }
}

fn find_suite(provider: &CryptoProvider, name: CipherSuite) -> Result<SupportedCipherSuite, Error> {
    let suite = provider.cipher_suites.iter().find(|suite| suite.suite() == name);
    suite.copied().ok_or_else(|| {
        Error::invalid_input(format!("the cryptography provider has no cipher suite {name:?}"))
    })
}

/// SHA-256 as the provider's own cipher suites use it.
pub(super) fn sha256(provider: &CryptoProvider) -> Option<&'static dyn Hash> {
    let hashes = provider.cipher_suites.iter().map(|suite| match suite {
        SupportedCipherSuite::Tls12(suite) => suite.common.hash_provider,
        SupportedCipherSuite::Tls13(suite) => suite.common.hash_provider,
    });
    hashes.into_iter().find(|hash| hash.algorithm() == HashAlgorithm::SHA256)
}

#[cfg(feature = "aws-lc-rs")]
fn default_provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn default_provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
fn default_provider() -> Option<Arc<CryptoProvider>> {
    None
}
