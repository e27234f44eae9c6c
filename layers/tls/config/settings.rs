use std::sync::Arc;

use rustls::{
    ClientConfig, KeyLogFile, RootCertStore,
    client::{Resumption, danger::ServerCertVerifier},
    crypto::CryptoProvider,
    sign::{CertifiedKey, SingleCertAndKey},
};

use super::{
    protocol::Protocol,
    roots,
    sessions::Sessions,
    verifier::{Chain, Verification},
};
use crate::Error;

/// Of rustls' eight for each name, 64 concurrent connects to one server find
/// one in three.
const TICKETS: usize = 1024;

/// A client's builder with its files read.
pub(super) struct Settings {
    pub(super) protocol: Protocol,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) alpn: Vec<Vec<u8>>,
    pub(super) roots: RootCertStore,
    pub(super) platform: bool,
    pub(super) identity: Option<Arc<CertifiedKey>>,
    pub(super) verification: Verification,
    pub(super) sni: bool,
    pub(super) key_log: bool,
}

impl Settings {
    pub(super) fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        let mut roots = self.roots.clone();
        if self.platform {
            let added = roots::add_platform(&mut roots);
            if self.verification.chain == Chain::Rooted {
                added?;
            }
        }
        self.verification.verifier(roots, &self.provider)
    }

    pub(super) fn config(&self) -> Result<ClientConfig, Error> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider));
        let builder = self
            .protocol
            .apply(builder)?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier()?);
        let mut config = match &self.identity {
            Some(identity) => builder
                .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(identity)))),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols.clone_from(&self.alpn);
        config.enable_sni = self.sni;
        config.resumption = Resumption::store(Arc::new(Sessions::new(TICKETS)));
        if self.key_log {
            config.key_log = Arc::new(KeyLogFile::new());
        }
        Ok(config)
    }
}
