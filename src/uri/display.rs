use std::fmt;

use http::Uri;

use super::{parts::Parts, scheme::Scheme, unix};

/// A URI as people write it: without the `/` that [`Uri`] invents, without
/// userinfo, and a Unix socket by its path.
pub(crate) fn display(uri: &Uri) -> impl fmt::Display + '_ {
    Display(uri)
}

struct Display<'a>(&'a Uri);

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parts) = Parts::of_uri(self.0) else { return write!(f, "{}", self.0) };
        if let (Some(Scheme::Unix), Some(address)) =
            (Scheme::of(self.0), unix::decode(parts.authority()))
        {
            write!(f, "{address}")?;
            return self.0.query().map_or(Ok(()), |query| write!(f, "?{query}"));
        }
        if let Some(scheme) = parts.scheme() {
            write!(f, "{scheme}://")?;
        }
        write!(f, "{}{}", parts.authority(), parts.rest())
    }
}
