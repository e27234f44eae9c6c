//! An authority and a certificate, ECDSA P-256, and what rustls makes of them:
//! TLS 1.3, X25519, nothing resumed.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    version::TLS13,
};
use tower_socket::layers::tls::{ClientTls, Identity, ServerTls};

use super::Result;

/// What both ends need.
#[derive(Debug)]
pub(crate) struct Pki {
    authority: CertificateDer<'static>,
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl Pki {
    /// For these names.
    pub(crate) fn new(names: &[&str]) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = names.iter().copied().map(str::to_owned).collect::<Vec<_>>();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        Ok(Self {
            authority: authority.der().clone(),
            certificate: certificate.der().clone(),
            key: key.serialize_der().into(),
        })
    }

    /// Checks the chain; never resumes.
    pub(crate) fn client(&self) -> Result<Arc<ClientConfig>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.clone())?;
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }

    /// Its tickets carry the session, as those of our layer do.
    pub(crate) fn server(&self) -> Result<Arc<ServerConfig>> {
        let key = PrivateKeyDer::Pkcs8(self.key.clone_key());
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)?;
        config.ticketer = aws_lc_rs::Ticketer::new()?;
        Ok(Arc::new(config))
    }

    /// [`client`](Self::client) for a layer.
    pub(crate) fn client_tls(&self) -> Result<ClientTls> {
        Ok(ClientTls::from(self.client()?))
    }

    /// [`server`](Self::server) by the builder of our layer.
    pub(crate) fn server_tls(&self) -> Result<ServerTls> {
        let key = PrivateKeyDer::Pkcs8(self.key.clone_key());
        let identity = Identity::der(vec![self.certificate.clone()], key);
        let builder = ServerTls::builder().provider(provider()).versions(&[&TLS13]);
        Ok(builder.identity(identity).build()?)
    }
}

/// aws-lc-rs with X25519 alone, so that the hybrid exchange hides nothing.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![aws_lc_rs::kx_group::X25519];
    Arc::new(provider)
}
