//! What the TLS layer hands down.

use http::{
    Uri,
    uri::{self, Authority as UriAuthority},
};

use super::{
    authority::{Authority, Reason, split, without_userinfo},
    invalid,
    scheme::Scheme,
};
use crate::Error;

/// What is below TLS, with the port written out: `tls` becomes `tcp`, `https`
/// becomes `http`, `wss` becomes `ws`, and what has no TLS in its name stays.
pub(crate) fn without_tls(uri: &Uri) -> Result<Uri, Error> {
    match Scheme::of(uri) {
        None | Some(Scheme::Tcp | Scheme::Tls) => plain(uri).map_err(|reason| invalid(uri, reason)),
        Some(Scheme::Unix) => Ok(uri.clone()),
        Some(_) => Err(invalid(uri, "TLS needs TCP or a Unix socket below".into())),
    }
}

fn plain(uri: &Uri) -> Result<Uri, Reason> {
    let mut parts = uri::Parts::default();
    parts.scheme = uri.scheme().map(plain_scheme);
    parts.authority = Some(pinned(uri)?);
    parts.path_and_query = uri.path_and_query().cloned();
    Uri::from_parts(parts).map_err(|error| error.to_string().into())
}

/// Taken out of a static URI, a scheme costs the least.
fn plain_scheme(scheme: &uri::Scheme) -> uri::Scheme {
    let of = |uri| Uri::from_static(uri).into_parts().scheme;
    let is = |name: &str| scheme.as_str().eq_ignore_ascii_case(name);
    let replaced = match () {
        () if is("tls") => of("tcp://below"),
        () if is("https") => of("http://below"),
        () if is("wss") => of("ws://below"),
        () => None,
    };
    replaced.unwrap_or_else(|| scheme.clone())
}

fn pinned(uri: &Uri) -> Result<UriAuthority, Reason> {
    let given = uri.authority().ok_or("the host is missing")?;
    let text = without_userinfo(given.as_str());
    let parsed = Authority::parse(text)?;
    let port = parsed.port_or_default(uri.scheme_str())?;
    if parsed.port.is_some() && text.len() == given.as_str().len() {
        return Ok(given.clone());
    }
    let (host, _) = split(text)?;
    UriAuthority::try_from(format!("{host}:{port}")).map_err(|error| error.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(text: &str) -> String {
        without_tls(&text.parse().unwrap()).unwrap().to_string()
    }

    // TLSC-01, TLSC-02
    #[test]
    fn below_tls_the_scheme_is_plain_and_the_port_is_written() {
        assert_eq!(below("example.com:80"), "example.com:80");
        assert_eq!(below("tls://example.com:80/path?query"), "tcp://example.com:80/path?query");
        assert_eq!(below("TLS://u:p@[::1]:80"), "tcp://[::1]:80/");
        assert_eq!(below("https://example.com/a"), "http://example.com:443/a");
        assert_eq!(below("wss://example.com"), "ws://example.com:443/");
        assert_eq!(below("http://example.com"), "http://example.com:80/");
        assert_eq!(below("tcp://example.com:80"), "tcp://example.com:80/");
        assert_eq!(below("unix://2f61"), "unix://2f61/");
    }

    // TLSC-03
    #[test]
    fn tls_refuses_what_it_cannot_stand_on() {
        for text in ["fd://3", "udp://a:1", "tls://a", "a", "tls://a:99999", "/a"] {
            let error = without_tls(&text.parse().unwrap()).unwrap_err();
            assert!(error.is_invalid_input(), "{text}");
        }
    }
}
