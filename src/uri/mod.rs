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
