//! The query parameter `hostname`.

#[cfg(feature = "tls")]
use std::borrow::Cow;

use http::Uri;
#[cfg(feature = "tls")]
use percent_encoding::percent_decode_str;

/// The name that stood where an address is now: the query parameter
/// `hostname`, the last of several.
#[cfg(feature = "tls")]
pub(crate) fn hostname(uri: &Uri) -> Option<Cow<'_, str>> {
    hostname_parameter(uri).map(|value| percent_decode_str(value).decode_utf8_lossy())
}

pub(super) fn hostname_parameter(uri: &Uri) -> Option<&str> {
    let pairs = uri.query()?.rsplit('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(name, _)| *name == "hostname").map(|(_, value)| value).next()
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;
    use crate::IntoUri;

    fn uri(text: &str) -> Uri {
        text.into_uri().expect("a valid URI")
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
}
