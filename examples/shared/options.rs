//! Options that clients and servers have in common.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use tower_socket::layers::tls::Identity;

#[derive(Debug, Args)]
pub(crate) struct IdentityOptions {
    /// PEM file with the certificate to show, and the key unless --key names it
    #[arg(long, value_name = "FILE")]
    cert: Option<PathBuf>,

    /// PEM file with the private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// What the private key is encrypted with
    #[arg(long, value_name = "P", requires = "cert")]
    passphrase: Option<String>,
}

impl IdentityOptions {
    pub(crate) fn identity(&self) -> Option<Identity> {
        let cert = self.cert.as_ref()?;
        let identity = Identity::pem_files(cert, self.key.as_ref().unwrap_or(cert));
        Some(match &self.passphrase {
            Some(passphrase) => identity.passphrase(passphrase),
            None => identity,
        })
    }
}

/// Parses `2` or `0.5`.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
