//! A certificate that signs itself, and who trusts it.

use std::path::Path;

use rcgen::CertifiedKey;
use tempfile::NamedTempFile;
use tower_socket::{
    Connector,
    layers::tls::{ClientTls, Roots},
};

use crate::Result;

/// A file with certificate and key for the server.
pub(crate) fn certificate() -> Result<NamedTempFile> {
    let names = vec!["127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
    let file = NamedTempFile::new()?;
    std::fs::write(file.path(), cert.pem() + &signing_key.serialize_pem())?;
    Ok(file)
}

/// Trusts that certificate and no other.
pub(crate) fn connector(certificate: &Path) -> Result<Connector> {
    let roots = Roots::none().pem_file(certificate);
    Ok(Connector::builder().tls(ClientTls::builder().roots(roots).build()?).build())
}
