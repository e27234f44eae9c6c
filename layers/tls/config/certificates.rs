//! The certificates of a server, which may change while it runs.

#[cfg(feature = "watch")]
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    client::verify_server_name,
    crypto::CryptoProvider,
    pki_types::ServerName,
    server::{ClientHello, ParsedCertificate, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::identity::Identity;
use crate::Error;

#[derive(Debug)]
pub(super) struct Certificates {
    identities: Vec<Identity>,
    provider: Arc<CryptoProvider>,
    current: RwLock<Vec<Arc<CertifiedKey>>>,
}

impl Certificates {
    pub(super) fn load(
        identities: Vec<Identity>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, Error> {
        if identities.is_empty() {
            return Err(Error::invalid_input("a TLS server needs a certificate and its key"));
        }
        let current = RwLock::new(load(&identities, &provider)?);
        Ok(Self { identities, provider, current })
    }

    #[cfg(feature = "watch")]
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.identities.iter().flat_map(Identity::files).cloned().collect()
    }

    pub(super) fn reload(&self) -> Result<(), Error> {
        let new = load(&self.identities, &self.provider)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}

fn load(
    identities: &[Identity],
    provider: &CryptoProvider,
) -> Result<Vec<Arc<CertifiedKey>>, Error> {
    identities.iter().map(|identity| identity.load(provider).map(Arc::new)).collect()
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let first = current.first()?;
        if current.len() == 1 {
            return Some(Arc::clone(first));
        }
        let schemes = hello.signature_schemes();
        let usable = |key: &&Arc<CertifiedKey>| key.key.choose_scheme(schemes).is_some();
        let named = hello.server_name().and_then(|name| ServerName::try_from(name).ok());
        let fitting = named
            .and_then(|name| current.iter().filter(usable).find(|key| is_valid_for(key, &name)));
        Some(Arc::clone(fitting.or_else(|| current.iter().find(usable)).unwrap_or(first)))
    }
}

fn is_valid_for(key: &CertifiedKey, name: &ServerName<'_>) -> bool {
    key.end_entity_cert()
        .and_then(ParsedCertificate::try_from)
        .and_then(|certificate| verify_server_name(&certificate, name))
        .is_ok()
}
