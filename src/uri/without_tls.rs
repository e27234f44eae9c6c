//! What the TLS layer hands down.

use std::sync::LazyLock;

use http::{
    Uri,
    uri::{self, Authority as UriAuthority},
};

use super::{
    authority::{Authority, Reason, split, without_userinfo},
    invalid,
    scheme::Scheme,
    target::{Target, refuse_port_zero},
};
use crate::Error;

/// What is below TLS, with the port written out: `tls` becomes `tcp`, `https`
/// becomes `http`, `wss` becomes `ws`, and what has no TLS in its name stays.
pub(crate) fn without_tls(uri: &Uri) -> Result<Uri, Error> {
    split_tls(uri).map(|(below, _)| below).map_err(|reason| invalid(uri, reason))
}

/// The same for a client, with the host and port it wants; a Unix socket has
/// none.
pub(crate) fn target_without_tls(uri: &Uri) -> Result<(Uri, Option<Target<'_>>), Error> {
    split_tls(uri)
        .and_then(|(below, target)| Ok((below, target.map(refuse_port_zero).transpose()?)))
        .map_err(|reason| invalid(uri, reason))
}

fn split_tls(uri: &Uri) -> Result<(Uri, Option<Target<'_>>), Reason> {
    match Scheme::of(uri) {
        None | Some(Scheme::Tcp | Scheme::Tls) => plain(uri),
        Some(Scheme::Unix) => Ok((uri.clone(), None)),
        Some(_) => Err("TLS needs TCP or a Unix socket below".into()),
    }
}

fn plain(uri: &Uri) -> Result<(Uri, Option<Target<'_>>), Reason> {
    let given = uri.authority().ok_or("the host is missing")?;
    let parsed = Authority::parse(given.as_str())?;
    let target = parsed.target(uri.scheme_str())?;
    let mut parts = uri::Parts::default();
    parts.scheme = uri.scheme().map(plain_scheme);
    parts.authority = Some(pinned(given, parsed.port, target.port())?);
    parts.path_and_query = uri.path_and_query().cloned();
    let below = Uri::from_parts(parts).map_err(|error| error.to_string())?;
    Ok((below, Some(target)))
}

fn plain_scheme(scheme: &uri::Scheme) -> uri::Scheme {
    // To clone a scheme costs less than to parse it.
    static TCP: LazyLock<uri::Scheme> = LazyLock::new(|| known("tcp"));
    static WS: LazyLock<uri::Scheme> = LazyLock::new(|| known("ws"));
    let is = |name: &str| scheme.as_str().eq_ignore_ascii_case(name);
    match () {
        () if is("tls") => TCP.clone(),
        () if is("https") => uri::Scheme::HTTP,
        () if is("wss") => WS.clone(),
        () => scheme.clone(),
    }
}

fn known(scheme: &str) -> uri::Scheme {
    scheme.parse().expect("letters are a scheme")
}

/// The same where it has nothing but host and port already.
fn pinned(given: &UriAuthority, stands: Option<u16>, port: u16) -> Result<UriAuthority, Reason> {
    let text = without_userinfo(given.as_str());
    if stands.is_some() && text.len() == given.as_str().len() {
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
