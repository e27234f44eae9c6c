//! What ties a login to the certificate of the server: the channel binding
//! `tls-server-end-point` (RFC 5929, section 4).

use pkcs8::{
    ObjectIdentifier,
    der::{Decode, Error, Reader, SliceReader, asn1::AnyRef},
};
use rustls::{
    SupportedCipherSuite,
    crypto::hash::{Hash, HashAlgorithm},
};

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use rustls::crypto::ring::ALL_CIPHER_SUITES;

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs::ALL_CIPHER_SUITES;

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
const ALL_CIPHER_SUITES: &[SupportedCipherSuite] = &[];

/// The hash of a certificate by the algorithm that it is signed with. `None`
/// where there is no such algorithm, as in Ed25519, or we have none.
pub(super) fn of(certificate: &[u8]) -> Option<Vec<u8>> {
    let hash = find(algorithm(signed_with(certificate).ok()?)?)?;
    Some(hash.hash(certificate).as_ref().to_vec())
}

/// `Certificate > signatureAlgorithm > algorithm` (RFC 5280, section 4.1).
fn signed_with(certificate: &[u8]) -> Result<ObjectIdentifier, Error> {
    let outer = AnyRef::from_der(certificate)?;
    let mut parts = SliceReader::new(outer.value())?;
    parts.decode::<AnyRef<'_>>()?;
    let algorithm: AnyRef<'_> = parts.decode()?;
    SliceReader::new(algorithm.value())?.decode()
}

/// MD5 and SHA-1 are replaced by SHA-256. Names are those of RFC 8017, appendix
/// A.2.4, and RFC 5758, section 3.2.
fn algorithm(signature: ObjectIdentifier) -> Option<HashAlgorithm> {
    match signature.to_string().as_str() {
        // md5, sha1 and sha256WithRSAEncryption
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.113549.1.1.11" |
        // ecdsa-with-SHA1 and -SHA256
        "1.2.840.10045.4.1" | "1.2.840.10045.4.3.2" => Some(HashAlgorithm::SHA256),
        // sha384WithRSAEncryption, ecdsa-with-SHA384
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some(HashAlgorithm::SHA384),
        _ => None,
    }
}

/// As the cipher suites use it.
fn find(algorithm: HashAlgorithm) -> Option<&'static dyn Hash> {
    let hashes = ALL_CIPHER_SUITES.iter().map(|suite| match suite {
        SupportedCipherSuite::Tls12(suite) => suite.common.hash_provider,
        SupportedCipherSuite::Tls13(suite) => suite.common.hash_provider,
    });
    hashes.into_iter().find(|hash| hash.algorithm() == algorithm)
}

#[cfg(all(test, any(feature = "aws-lc-rs", feature = "ring")))]
mod tests {
    use rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
        SignatureAlgorithm,
    };

    use super::*;

    fn length(signature: &'static SignatureAlgorithm) -> Option<usize> {
        let key = KeyPair::generate_for(signature).unwrap();
        let certificate = CertificateParams::new(["a.example".to_owned()]).unwrap();
        of(certificate.self_signed(&key).unwrap().der()).map(|hash| hash.len())
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        assert_eq!(length(&PKCS_ECDSA_P256_SHA256), Some(32));
        assert_eq!(length(&PKCS_ECDSA_P384_SHA384), Some(48));
    }

    #[test]
    fn without_a_hash_there_is_no_binding() {
        assert_eq!(length(&PKCS_ED25519), None);
        assert_eq!(of(b"no certificate"), None);
    }
}
