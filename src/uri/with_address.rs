//! What the DNS layer hands down.

use std::{fmt::Write, net::SocketAddr};

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{hostname::hostname_parameter, invalid, parts::Parts};
use crate::Error;

/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
}
