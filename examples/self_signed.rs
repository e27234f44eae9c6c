//! Prints a certificate that is signed with its own key, and the key.

use std::process::ExitCode;

use clap::Parser;
use pkcs8::{LineEnding, PrivateKeyInfoRef};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use tower_socket::BoxError;

/// Prints a certificate that is signed with its own key, and the key
#[derive(Debug, Parser)]
struct Options {
    /// Host names and IP addresses that the certificate is for
    #[arg(value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    names: Vec<String>,

    /// Encrypts the key with it
    #[arg(long, value_name = "P")]
    passphrase: Option<String>,
}

fn main() -> ExitCode {
    match self_signed(Options::parse()) {
        Ok(pem) => {
            print!("{pem}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn self_signed(options: Options) -> Result<String, BoxError> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(options.names)?;
    let key = match options.passphrase {
        Some(passphrase) => encrypt(&signing_key, &passphrase)?,
        None => signing_key.serialize_pem(),
    };
    Ok(cert.pem() + &key)
}

/// As PKCS#8 with PBES2.
fn encrypt(key: &KeyPair, passphrase: &str) -> Result<String, BoxError> {
    let key = PrivateKeyInfoRef::try_from(key.serialized_der())?;
    let encrypted = key.encrypt(passphrase)?;
    Ok(encrypted.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF)?.to_string())
}
