use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use http::Uri;

use super::{
    authority::{Host, Reason, parse_port},
    display,
    parts::{Parts, split_scheme},
    scheme::Scheme,
    unix,
};
use crate::{Address, Error};

/// What names a place to connect to or to listen on.
///
/// Everything becomes a [`Uri`] in one normal form:
///
/// | given | normal form |
/// |---|---|
/// | `127.0.0.1:80`, `[::1]:80`, `example.com:80` | `tcp://` and the text |
/// | `8080`, or the number 8080 | `tcp://127.0.0.1:8080` |
/// | `tcp://…`, `tls://…` | as given; the port must be there |
/// | `http://…`, `ws://…` | as given; TCP, and port 80 where there is none |
/// | `https://…`, `wss://…` | as given; TLS, and port 443 where there is none |
/// | `[fe80::1%eth0]:80`, `[fe80::1%25eth0]:80` | as given; the interface must be there |
/// | `/path`, `./path`, `../path`, a [`Path`] | `unix://` and the bytes of the path in hex digits |
/// | `unix:///path`, `unix://path`, `unix://@abstract` | the same; the text is percent-decoded |
/// | `fd://3`, `php://fd/3` | `fd://3`, a descriptor that was inherited |
/// | `systemd://name` | as given, a descriptor by its name |
/// | another scheme | as given, for a connector that knows it |
///
/// Schemes are written in lower case. Path and query are kept; userinfo and
/// fragments are left out, since nothing reads them. A `Uri` is taken to be in
/// the normal form: one without a scheme stays without, and one with `unix://`
/// must have the hex digits, behind which hyperlocal's `:0` is fine. An
/// abstract name (unix(7)) has a zero byte before it. A number behind the `%`
/// of an IPv6 address is the index of an interface, as
/// [`SocketAddrV6`](std::net::SocketAddrV6) prints it.
///
/// ```
/// use std::path::Path;
///
/// use tower_socket::IntoUri;
///
/// # fn main() -> Result<(), tower_socket::Error> {
/// assert_eq!("TLS://example.com:443".into_uri()?, "tls://example.com:443");
/// assert_eq!(("::1", 80).into_uri()?, "tcp://[::1]:80");
/// assert_eq!(Path::new("/a").into_uri()?, "unix://2f61");
///
/// let error = "example.com:99999".into_uri().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid URI \"example.com:99999\": the port is not a number from 0 to 65535 (EINVAL)"
/// );
/// # Ok(())
/// # }
/// ```
pub trait IntoUri: Sealed {
    /// The normal form.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) that quotes what was
    /// given, without userinfo, and says what is wrong with it: no host, a
    /// port that is missing or no number, a path that is longer than the 107
    /// bytes that a Unix socket's can have (unix(7)), and so on.
    fn into_uri(self) -> Result<Uri, Error>;
}

#[expect(unnameable_types, reason = "this is what seals `IntoUri`")]
pub trait Sealed {}

macro_rules! into_uri {
    ($($type:ty: |$given:pat_param| $convert:expr;)*) => {$(
        impl Sealed for $type {}

        impl IntoUri for $type {
            fn into_uri(self) -> Result<Uri, Error> {
                let $given = self;
                $convert
            }
        }
    )*};
}

into_uri! {
    &str: |text| from_text(text);
    &String: |text| from_text(text);
    String: |text| from_text(&text);
    Uri: |uri| from_uri(uri);
    &Uri: |uri| from_uri(uri.clone());
    u16: |port| written(format!("tcp://127.0.0.1:{port}"), &port);
    SocketAddr: |address| from_address(&address.into());
    (IpAddr, u16): |pair| from_address(&SocketAddr::from(pair).into());
    (&str, u16): |(host, port)| from_host(host, port);
    (String, u16): |(host, port)| from_host(&host, port);
    Address: |address| from_address(&address);
    &Address: |address| from_address(address);
    PathBuf: |path| from_address(&Address::Unix(path));
    &Path: |path| from_address(&Address::Unix(path.to_owned()));
}

fn from_text(text: &str) -> Result<Uri, Error> {
    let normal = match normalize(text) {
        Ok(Some(normal)) => Uri::try_from(normal),
        Ok(None) => Uri::try_from(text),
        Err(reason) => return Err(invalid(text, &reason)),
    };
    normal.map_err(|error| invalid(text, &error))
}

/// `None` where the text is in its normal form.
fn normalize(text: &str) -> Result<Option<String>, Reason> {
    if text.chars().all(char::is_whitespace) {
        Err("it is empty".into())
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        parse_port(text).map(|port| Some(format!("tcp://127.0.0.1:{port}")))
    } else if text.bytes().all(|byte| byte == b'/') {
        Err("this is a directory".into())
    } else if ["/", "./", "../"].iter().any(|start| text.starts_with(start)) {
        unix::normalize(&unix::path(text.into())).map(Some)
    } else {
        match split_scheme(text) {
            (unix, place) if unix.eq_ignore_ascii_case("unix") => {
                unix::normalize_text(place).map(Some)
            }
            (scheme, rest) => {
                let parts = Parts::new(scheme, rest);
                // Where there was no scheme, nothing is as it was given.
                let given = (rest.len() < text.len()).then_some(text.len());
                parts.check().map(|()| parts.normalize(given))
            }
        }
    }
}

fn from_uri(uri: Uri) -> Result<Uri, Error> {
    let checked = match Parts::of_uri(&uri) {
        Some(parts) => parts.check().map(|()| parts.normalize(Some(uri_length(&uri)))),
        None => Err("the host is missing".into()),
    };
    match checked {
        Ok(None) => Ok(uri),
        Ok(Some(normal)) => written(normal, &display(&uri)),
        Err(reason) => Err(Error::invalid_input(reason).with_uri(uri)),
    }
}

fn uri_length(uri: &Uri) -> usize {
    let scheme = uri.scheme_str().map_or(0, |scheme| scheme.len() + "://".len());
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    scheme + authority + uri.path_and_query().map_or(0, |rest| rest.as_str().len())
}

fn from_address(address: &Address) -> Result<Uri, Error> {
    match unix::normalize(address) {
        Ok(normal) => written(normal, address),
        Err(reason) => Err(quoted(address, &reason)),
    }
}

/// An IPv6 address may come without its brackets.
fn from_host(host: &str, port: u16) -> Result<Uri, Error> {
    let bare = host.contains(':') && !host.starts_with('[');
    let bracketed = if bare { format!("[{host}]").into() } else { Cow::Borrowed(host) };
    match Host::parse(&bracketed) {
        Ok(_) => written(format!("tcp://{bracketed}:{port}"), &host),
        Err(reason) => Err(invalid(host, &reason)),
    }
}

fn written(normal: String, given: &dyn fmt::Display) -> Result<Uri, Error> {
    Uri::try_from(normal).map_err(|error| quoted(given, &error))
}

/// Userinfo may be a password, and one that is not escaped may hold anything.
fn invalid(text: &str, reason: &dyn fmt::Display) -> Error {
    let (scheme, rest) = text.split_at(text.find("://").map_or(0, |at| at + 3));
    let shown = match Scheme::named(scheme.trim_end_matches("://")) {
        Scheme::Unix | Scheme::Systemd => rest,
        _ => rest.rsplit_once('@').map_or(rest, |(_, behind)| behind),
    };
    quoted(&format_args!("{scheme}{shown}"), reason)
}

fn quoted(given: &dyn fmt::Display, reason: &dyn fmt::Display) -> Error {
    Error::invalid_input(format!("invalid URI {:?}: {reason}", given.to_string()))
}
