//! PEM text, and the name that errors call it by.

use std::path::Path;

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};

use zeroize::Zeroizing;

use super::encrypted;
use crate::Error;

pub(super) struct Pem {
    pub(super) name: String,
    /// It may have a key in it.
    pub(super) text: Zeroizing<Vec<u8>>,
}

impl Pem {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let name = format!("\"{}\"", path.display());
        match std::fs::read(path) {
            Ok(text) => Ok(Self { name, text: Zeroizing::new(text) }),
            Err(error) => {
                Err(Error::invalid_input(format!("cannot read {name}")).with_source(error))
            }
        }
    }

    pub(super) fn given(text: &[u8]) -> Self {
        Self { name: "the PEM text given".to_owned(), text: text.to_vec().into() }
    }

    /// At least one.
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let certificates = CertificateDer::pem_slice_iter(&self.text)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| self.malformed(error))?;
        match certificates.is_empty() {
            true => Err(self.without("certificate")),
            false => Ok(certificates),
        }
    }

    /// The first one.
    pub(super) fn private_key(
        &self,
        passphrase: Option<&str>,
    ) -> Result<PrivateKeyDer<'static>, Error> {
        if let Some(section) = encrypted::section(self)? {
            return encrypted::decrypt(self, section, passphrase);
        }
        PrivateKeyDer::from_pem_slice(&self.text).map_err(|error| match error {
            pem::Error::NoItemsFound => self.without("private key"),
            error => self.malformed(error),
        })
    }

    /// Before anything else is read: its header lines are no base64.
    pub(super) fn refuse_traditional_encryption(&self) -> Result<(), Error> {
        encrypted::refuse_traditional(self)
    }

    fn malformed(&self, error: pem::Error) -> Error {
        let error = match error {
            pem::Error::MissingSectionEnd { end_marker } => {
                let label = String::from_utf8_lossy(&end_marker);
                return Error::invalid_input(format!("{} ends inside its {label}", self.name));
            }
            other => other,
        };
        Error::invalid_input(format!("{} is no valid PEM", self.name)).with_source(error)
    }

    fn without(&self, what: &str) -> Error {
        Error::invalid_input(format!("{} contains no {what} in PEM", self.name))
    }
}
