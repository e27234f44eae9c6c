//! The one parser of every text a user may type, and what the layers read from
//! a URI.

pub(crate) mod text;

use std::fmt;

use http::Uri;

/// A URI as people write it: without the `/` that [`Uri`] invents, and a Unix
/// socket by its path.
pub(crate) fn display(uri: &Uri) -> impl fmt::Display + '_ {
    uri
}

/// Whatever names a place to connect to or to listen on.
pub trait IntoUri {
    /// The normal form.
    fn into_uri(self) -> Result<Uri, crate::Error>;
}

impl IntoUri for &str {
    fn into_uri(self) -> Result<Uri, crate::Error> {
        self.parse().map_err(|_| crate::Error::invalid_input("invalid"))
    }
}

pub(crate) fn socket_address(uri: &Uri) -> Result<std::net::SocketAddr, crate::Error> {
    listen_address(uri)
}

pub(crate) fn listen_address(uri: &Uri) -> Result<std::net::SocketAddr, crate::Error> {
    uri.authority()
        .and_then(|a| a.as_str().parse().ok())
        .ok_or_else(|| crate::Error::invalid_input("invalid"))
}
