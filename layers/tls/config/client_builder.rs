use std::sync::Arc;

use rustls::{
    CipherSuite, ClientConfig, SupportedProtocolVersion, client::danger::ServerCertVerifier,
    crypto::CryptoProvider, pki_types::ServerName,
};

use super::{
    client::ClientTls,
    dangerous::Dangerous,
    identity::Identity,
    protocol::Protocol,
    roots::Roots,
    settings::Settings,
    verifier::{Chain, Pin, Verification},
};
use crate::Error;

/// Builds a [`ClientTls`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientTlsBuilder {
    protocol: Protocol,
    roots: Roots,
    identity: Option<Identity>,
    pub(super) verification: Verification,
    server_name: Option<String>,
    sni: bool,
    key_log: bool,
}

impl ClientTlsBuilder {
    /// Whom to trust, [`Roots::platform`] by default.
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }

    /// The certificate to show to a server that asks for one. By default there
    /// is none.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// The protocols to offer (RFC 7301), best first. By default ALPN is not
    /// used.
    pub fn alpn(mut self, protocols: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        self.protocol.set_alpn(protocols);
        self
    }

    /// [`TLS12`](super::super::TLS12) and [`TLS13`](super::super::TLS13) by
    /// default.
    pub fn versions(mut self, versions: &[&'static SupportedProtocolVersion]) -> Self {
        self.protocol.set_versions(versions);
        self
    }

    /// The cipher suites to offer, best first. By default all that the
    /// provider has.
    pub fn cipher_suites(mut self, suites: &[CipherSuite]) -> Self {
        self.protocol.set_cipher_suites(suites);
        self
    }

    /// Who does the cryptography: by default aws-lc-rs where its feature is on,
    /// else ring. No process-wide default is read or installed.
    pub fn provider(mut self, provider: Arc<CryptoProvider>) -> Self {
        self.protocol.set_provider(provider);
        self
    }

    /// The name to ask for and to verify, whatever the URI says: a host name or
    /// an IP address.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Whether to tell the server which name is asked for (RFC 6066, section
    /// 3), as is done by default. IP addresses are never told.
    pub fn sni(mut self, sni: bool) -> Self {
        self.sni = sni;
        self
    }

    /// Writes the secrets of every connection to the file that the environment
    /// variable `SSLKEYLOGFILE` names, for Wireshark and its like. Off by
    /// default, and off without that variable.
    pub fn key_log(mut self) -> Self {
        self.key_log = true;
        self
    }

    /// Accepts only the certificate with this SHA-256 of its DER, verified as
    /// any other. Of several pins one must fit.
    pub fn pin_certificate(mut self, sha256: [u8; 32]) -> Self {
        self.verification.pins.push(Pin::Certificate(sha256));
        self
    }

    /// Accepts only a certificate with this SHA-256 of its
    /// `SubjectPublicKeyInfo` (RFC 7469, section 2.4), verified as any other.
    /// Of several pins one must fit.
    pub fn pin_public_key(mut self, sha256: [u8; 32]) -> Self {
        self.verification.pins.push(Pin::PublicKey(sha256));
        self
    }

    /// What must not be used without thought: everything that turns
    /// verification off.
    pub fn dangerous(self) -> Dangerous {
        Dangerous::new(self)
    }

    /// Reads every file and checks everything, except the platform's roots:
    /// the first connection reads those.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) names the file and
    /// what is wrong with it, or the setting.
    pub fn build(self) -> Result<ClientTls, Error> {
        let server_name = self.server_name.as_deref().map(parse_name).transpose()?;
        let settings = self.settings()?;
        if settings.platform {
            return Ok(ClientTls::deferred(move || settings.config(), server_name));
        }
        let config = Arc::new(settings.config()?);
        Ok(ClientTls::ready(config, server_name))
    }

    /// Only how these settings verify a server: for a configuration made by
    /// hand, or for QUIC. Reads the platform's roots too.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build), or the platform has no roots.
    pub fn build_verifier(self) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        self.settings()?.verifier()
    }

    pub(super) fn settings(self) -> Result<Settings, Error> {
        let provider = self.protocol.provider()?;
        self.protocol.apply(ClientConfig::builder_with_provider(Arc::clone(&provider)))?;
        let identity = self.identity.map(|identity| identity.load(&provider)).transpose()?;
        Ok(Settings {
            alpn: self.protocol.alpn()?,
            roots: self.roots.load()?,
            platform: self.roots.needs_platform() && self.verification.chain != Chain::Unverified,
            protocol: self.protocol,
            verification: self.verification,
            identity: identity.map(Arc::new),
            provider,
            sni: self.sni,
            key_log: self.key_log,
        })
    }
}

impl Default for ClientTlsBuilder {
    fn default() -> Self {
        Self {
            protocol: Protocol::default(),
            roots: Roots::default(),
            identity: None,
            verification: Verification::default(),
            server_name: None,
            sni: true,
            key_log: false,
        }
    }
}

fn parse_name(name: &str) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(name.to_owned()).map_err(|_| {
        Error::invalid_input(format!(
            "the server name \"{name}\" is no host name and no IP address"
        ))
    })
}
