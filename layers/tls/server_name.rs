//! The name a client asks for and verifies.

use http::Uri;
use rustls::pki_types::ServerName;

use super::ClientTls;
use crate::{
    Error,
    uri::{self, Target},
};

/// The configuration's, else the parameter `hostname`, else the host.
pub(super) fn server_name(
    tls: &ClientTls,
    uri: &Uri,
    target: Option<Target<'_>>,
) -> Result<ServerName<'static>, Error> {
    if let Some(name) = tls.server_name() {
        return Ok(name.clone());
    }
    match (uri::hostname(uri), target) {
        (Some(name), _) if !name.is_empty() => named(&name, uri),
        (_, Some(Target::Address(address))) => Ok(ServerName::from(address.ip())),
        (_, Some(Target::Name { name, .. })) => named(name, uri),
        (_, None) => {
            let reason = "TLS over a Unix socket needs a server name or the parameter `hostname`";
            Err(Error::invalid_input(reason).with_uri(uri.clone()))
        }
    }
}

fn named(name: &str, uri: &Uri) -> Result<ServerName<'static>, Error> {
    parse(name).map_err(|error| error.with_uri(uri.clone()))
}

pub(in crate::layers) fn parse(name: &str) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(name)
        .map(|name| name.to_owned())
        .map_err(|_| Error::invalid_input(format!("no certificate can be for the name {name:?}")))
}
