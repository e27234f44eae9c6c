//! What a layer hands down instead of the URI it got.

use std::{borrow::Cow, fmt::Write, net::SocketAddr};

use http::{
    Uri,
    uri::{self, Authority as UriAuthority},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{
    authority::{Authority, Reason, split, without_userinfo},
    invalid,
    parts::Parts,
    scheme::{Scheme, default_port},
};
use crate::Error;

/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The name that stood where an address is now: the query parameter
/// `hostname`, the last of several.
pub(crate) fn hostname(uri: &Uri) -> Option<Cow<'_, str>> {
    hostname_parameter(uri).map(|value| percent_decode_str(value).decode_utf8_lossy())
}

fn hostname_parameter(uri: &Uri) -> Option<&str> {
    let pairs = uri.query()?.rsplit('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(name, _)| *name == "hostname").map(|(_, value)| value).next()
}

/// The same URI with an address in place of its host, which becomes the
/// `hostname` where none was given. [`Uri`] has no query without a scheme, so
/// one without gets `tcp`.
pub(crate) fn with_address(uri: &Uri, address: SocketAddr) -> Result<Uri, Error> {
    let scheme = uri.scheme_str().unwrap_or("tcp");
    let rest = Parts::of_uri(uri).map_or("", |parts| parts.rest());
    let host = uri.host().unwrap_or_default();
    let mut text = String::with_capacity(80 + rest.len() + host.len());
    let _ = write!(text, "{scheme}://{address}{rest}");
    if hostname_parameter(uri).is_none() {
        text.push_str(match uri.query() {
            None => "?hostname=",
            Some("") => "hostname=",
            Some(_) => "&hostname=",
        });
        text.extend(utf8_percent_encode(host, ESCAPED));
    }
    Uri::try_from(text).map_err(|error| invalid(uri, error.to_string().into()))
}

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
    let port = parsed.port_or(uri.scheme_str().and_then(default_port))?;
    if parsed.port.is_some() && text.len() == given.as_str().len() {
        return Ok(given.clone());
    }
    let (host, _) = split(text)?;
    UriAuthority::try_from(format!("{host}:{port}")).map_err(|error| error.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IntoUri, uri::display};

    fn uri(text: &str) -> Uri {
        text.into_uri().expect("a valid URI")
    }

    fn resolved(given: &Uri, address: &str) -> String {
        let uri = with_address(given, address.parse().unwrap()).unwrap();
        display(&uri).to_string()
    }

    fn below(text: &str) -> String {
        without_tls(&text.parse().unwrap()).unwrap().to_string()
    }

    // DNSC-02, DNSC-03, CTR-11
    #[test]
    fn an_address_takes_the_place_of_the_host_which_becomes_the_hostname() {
        let given = uri("google.com:80");
        assert_eq!(resolved(&given, "1.2.3.4:80"), "tcp://1.2.3.4:80?hostname=google.com");
        assert_eq!(resolved(&given, "[::1]:80"), "tcp://[::1]:80?hostname=google.com");
        assert_eq!(resolved(&given, "[fe80::1%7]:80"), "tcp://[fe80::1%7]:80?hostname=google.com");
    }

    // DNSC-05
    #[test]
    fn scheme_path_and_query_stay_beside_an_address() {
        let given = uri("scheme://google.com:80/path?query#fragment");
        assert_eq!(
            resolved(&given, "1.2.3.4:80"),
            "scheme://1.2.3.4:80/path?query&hostname=google.com"
        );
        assert_eq!(resolved(&uri("https://a/?"), "1.2.3.4:443"), "https://1.2.3.4:443/?hostname=a");
    }

    // DNSC-06
    #[test]
    fn a_given_hostname_is_never_replaced() {
        let given = uri("scheme://google.com:80/?hostname=google.de");
        assert_eq!(resolved(&given, "1.2.3.4:80"), "scheme://1.2.3.4:80/?hostname=google.de");
        let empty = uri("tcp://google.com:80?hostname=");
        assert_eq!(resolved(&empty, "1.2.3.4:80"), "tcp://1.2.3.4:80?hostname=");
    }

    // DNSC-07
    #[test]
    fn a_hostname_keeps_its_case_and_its_dot_and_loses_userinfo() {
        let given = "u:p@Google.COM.:80".parse().unwrap();
        assert_eq!(resolved(&given, "1.2.3.4:80"), "tcp://1.2.3.4:80?hostname=Google.COM.");
        let odd = "tcp://a*b:80".parse().unwrap();
        assert_eq!(resolved(&odd, "1.2.3.4:80"), "tcp://1.2.3.4:80?hostname=a%2Ab");
    }

    // TCPC-15
    #[test]
    fn the_hostname_is_percent_decoded_and_the_last_one_counts() {
        let read = |text| hostname(&uri(text)).map(Cow::into_owned);
        assert_eq!(read("tcp://1.2.3.4:1?hostname=a%20b"), Some("a b".into()));
        assert_eq!(read("tcp://1.2.3.4:1?hostname=a&x=1&hostname=b&y"), Some("b".into()));
        assert_eq!(read("tcp://1.2.3.4:1?hostname="), Some(String::new()));
        assert_eq!(read("tcp://1.2.3.4:1?hostname"), Some(String::new()));
        assert_eq!(read("unix:///a?hostname=b"), Some("b".into()));
        assert_eq!(read("tcp://1.2.3.4:1/hostname=a?xhostname=b"), None);
        assert_eq!(read("tcp://1.2.3.4:1"), None);
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
