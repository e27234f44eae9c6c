//! An authority and a certificate, ECDSA P-256, and what rustls makes of them:
//! TLS 1.3, X25519, nothing resumed.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_RSA_SHA256,
    RsaKeySize,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    version::TLS13,
};
use tower_socket::layers::tls::{ClientTls, Identity, Roots, ServerTls};

use super::Result;

/// What both ends need.
#[derive(Debug)]
pub(crate) struct Pki {
    authority: CertificateDer<'static>,
    certificate: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

/// Of which kind a server's key is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    /// ECDSA P-256.
    Ecdsa,
    Rsa4096,
}

impl Key {
    fn generate(self) -> Result<KeyPair> {
        Ok(match self {
            Self::Ecdsa => KeyPair::generate()?,
            Self::Rsa4096 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096)?,
        })
    }
}

impl Pki {
    /// For these names.
    pub(crate) fn new(names: &[&str]) -> Result<Self> {
        Self::with_key(names, Key::Ecdsa)
    }

    /// With a server's key of this kind.
    pub(crate) fn with_key(names: &[&str], key: Key) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = key.generate()?;
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
        let mut config = self.client_config()?;
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }

    /// Resumes with rustls' own store.
    pub(crate) fn resuming_client(&self) -> Result<Arc<ClientConfig>> {
        Ok(Arc::new(self.client_config()?))
    }

    fn client_config(&self) -> Result<ClientConfig> {
        client_config(self.authority.clone())
    }

    /// Whom the clients trust.
    pub(crate) fn authority(&self) -> &CertificateDer<'static> {
        &self.authority
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

    /// [`resuming_client`](Self::resuming_client) by the builder of our layer.
    pub(crate) fn resuming_client_tls(&self) -> Result<ClientTls> {
        let roots = Roots::none().certificates([self.authority.clone()]);
        let builder = ClientTls::builder().provider(provider()).versions(&[&TLS13]);
        Ok(builder.roots(roots).build()?)
    }

    /// [`server`](Self::server) by the builder of our layer.
    pub(crate) fn server_tls(&self) -> Result<ServerTls> {
        let key = PrivateKeyDer::Pkcs8(self.key.clone_key());
        let identity = Identity::der(vec![self.certificate.clone()], key);
        let builder = ServerTls::builder().provider(provider()).versions(&[&TLS13]);
        Ok(builder.identity(identity).build()?)
    }
}

/// [`Pki::resuming_client`], in another process.
pub(crate) fn client_of(authority: CertificateDer<'static>) -> Result<Arc<ClientConfig>> {
    Ok(Arc::new(client_config(authority)?))
}

fn client_config(authority: CertificateDer<'static>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(authority)?;
    Ok(ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// aws-lc-rs with X25519 alone, so that the hybrid exchange hides nothing.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![aws_lc_rs::kx_group::X25519];
    Arc::new(provider)
}
