//! Private keys that need a passphrase.

use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument, pkcs5};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::pem::Pem;
use crate::Error;

const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";

/// The form that OpenSSL wrote before PKCS#8 derives its key with one round of
/// MD5.
pub(super) fn refuse_traditional(pem: &Pem) -> Result<(), Error> {
    if find(&pem.text, "Proc-Type: 4,ENCRYPTED").is_none() {
        return Ok(());
    }
    Err(unsupported(pem, "in the traditional form of OpenSSL"))
}

/// The text of the first encrypted PKCS#8 key.
pub(super) fn section(pem: &Pem) -> Result<Option<&str>, Error> {
    let Some(start) = find(&pem.text, BEGIN) else {
        return Ok(None);
    };
    let rest = &pem.text[start..];
    let end = find(rest, END).map(|end| &rest[..end + END.len()]);
    match end.map(str::from_utf8) {
        Some(Ok(section)) => Ok(Some(section)),
        _ => Err(Error::invalid_input(format!("{} ends inside its private key", pem.name))),
    }
}

pub(super) fn decrypt(
    pem: &Pem,
    section: &str,
    passphrase: Option<&str>,
) -> Result<PrivateKeyDer<'static>, Error> {
    let passphrase = passphrase.ok_or_else(|| {
        Error::invalid_input(format!(
            "a passphrase is required: the private key in {} is encrypted",
            pem.name
        ))
    })?;
    let (_, document) = SecretDocument::from_pem(section).map_err(|error| {
        Error::invalid_input(format!("{} is no valid PEM", pem.name)).with_source(error)
    })?;
    let key = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
        .and_then(|key| key.decrypt(passphrase))
        .map_err(|error| refused(pem, error))?;
    Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into())
}

/// One wrong passphrase in 256 leaves valid padding around no valid key.
fn refused(pem: &Pem, error: pkcs8::Error) -> Error {
    use pkcs5::Error::DecryptFailed;
    match error {
        pkcs8::Error::EncryptedPrivateKey(DecryptFailed) | pkcs8::Error::Asn1(_) => {
            Error::invalid_input(format!("wrong passphrase for the private key in {}", pem.name))
        }
        error => unsupported(pem, "in an unsupported way").with_source(error),
    }
}

fn unsupported(pem: &Pem, how: &str) -> Error {
    Error::invalid_input(format!(
        "the private key in {} is encrypted {how}; \
         `openssl pkcs8 -topk8 -in OLD -out NEW` converts it",
        pem.name
    ))
}

fn find(text: &[u8], what: &str) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what.as_bytes())
}
