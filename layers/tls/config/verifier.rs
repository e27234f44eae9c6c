//! How a client verifies the certificate of its server.

use std::{fmt, sync::Arc};

use rustls::{
    DigitallySignedStruct, Error as TlsError, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, hash::Hash, verify_tls12_signature,
        verify_tls13_signature,
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::{protocol::sha256, self_signed::Fields};
use crate::Error;

/// What is verified. The handshake's own signature always is.
#[derive(Clone, Debug)]
pub(super) struct Verification {
    pub(super) chain: Chain,
    pub(super) name: bool,
    pub(super) pins: Vec<Pin>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chain {
    /// It must end at a root.
    Rooted,
    /// A leaf that signs itself needs no root.
    RootedOrSelfSigned,
    /// Anything goes.
    Unverified,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Pin {
    Certificate([u8; 32]),
    PublicKey([u8; 32]),
}

impl Default for Verification {
    fn default() -> Self {
        Self { chain: Chain::Rooted, name: true, pins: Vec::new() }
    }
}

impl Verification {
    pub(super) fn verifier(
        &self,
        roots: RootCertStore,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        if self.chain == Chain::Rooted && roots.is_empty() {
            return Err(Error::invalid_input("no root certificate was given"));
        }
        if self.chain == Chain::Rooted && self.name && self.pins.is_empty() {
            return webpki(roots, provider);
        }
        let hash = sha256(provider);
        if !self.pins.is_empty() && hash.is_none() {
            return Err(Error::invalid_input("the cryptography provider has no SHA-256 for pins"));
        }
        Ok(Arc::new(Verifier {
            verification: self.clone(),
            roots,
            algorithms: provider.signature_verification_algorithms,
            hash,
        }))
    }
}

fn webpki(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    match builder.build() {
        Ok(verifier) => Ok(verifier),
        Err(error) => Err(Error::invalid_input("cannot use the roots").with_source(error)),
    }
}

struct Verifier {
    verification: Verification,
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
    hash: Option<&'static dyn Hash>,
}

impl Verifier {
    fn verify_chain(
        &self,
        der: &CertificateDer<'_>,
        leaf: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), TlsError> {
        let accepted = match self.verification.chain {
            Chain::Rooted => false,
            Chain::RootedOrSelfSigned => Fields::read(der)
                .is_some_and(|fields| fields.is_self_signed() && fields.is_valid_at(now)),
            Chain::Unverified => true,
        };
        if accepted {
            return Ok(());
        }
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(leaf, &self.roots, intermediates, now, algorithms)
    }

    /// One pin that fits is enough.
    fn verify_pins(
        &self,
        der: &CertificateDer<'_>,
        leaf: &ParsedCertificate<'_>,
    ) -> Result<(), TlsError> {
        let Some(hash) = self.hash.filter(|_| !self.verification.pins.is_empty()) else {
            return Ok(());
        };
        let certificate = hash.hash(der);
        let public_key = hash.hash(&leaf.subject_public_key_info());
        let fits = self.verification.pins.iter().any(|pin| match pin {
            Pin::Certificate(pin) => pin == certificate.as_ref(),
            Pin::PublicKey(pin) => pin == public_key.as_ref(),
        });
        if fits { Ok(()) } else { Err(TlsError::Other(OtherError(Arc::new(PinMismatch)))) }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let leaf = ParsedCertificate::try_from(end_entity)?;
        self.verify_chain(end_entity, &leaf, intermediates, now)?;
        if self.verification.name {
            verify_server_name(&leaf, server_name)?;
        }
        self.verify_pins(end_entity, &leaf)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("verification", &self.verification).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct PinMismatch;

impl fmt::Display for PinMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate of the server is not a pinned one")
    }
}

impl std::error::Error for PinMismatch {}
