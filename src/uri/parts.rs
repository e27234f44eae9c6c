//! A text or a URI, taken apart once and brought into the normal form.

use std::borrow::Cow;

use http::Uri;

use super::{
    authority::{Authority, Reason, number},
    scan::{find, rsplit_once, split_once},
    scheme::Scheme,
    unix,
};

#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: &'a str,
    /// Path and query.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Without the fragment.
    pub(super) fn new(scheme: &'a str, rest: &'a str) -> Self {
        let end = find(rest, |byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let rest = split_once(rest, b'#').map_or(rest, |(before, _)| before);
        Self { scheme: Some(scheme), authority, rest }.with_descriptor()
    }

    /// `None` where there is no authority.
    pub(super) fn of_uri(uri: &'a Uri) -> Option<Self> {
        let authority = uri.authority()?.as_str();
        let rest = uri.path_and_query().map_or("", |rest| rest.as_str());
        Some(Self { scheme: uri.scheme_str(), authority, rest }.with_descriptor())
    }

    /// PHP's name for a descriptor, `php://fd/3`, is `fd://3`.
    fn with_descriptor(self) -> Self {
        match (self.scheme, self.rest.strip_prefix('/')) {
            (Some(php), Some(number))
                if php.eq_ignore_ascii_case("php")
                    && self.authority == "fd"
                    && !number.is_empty() =>
            {
                Self { scheme: Some("fd"), authority: number, rest: "" }
            }
            _ => self,
        }
    }

    pub(super) fn check(&self) -> Result<(), Reason> {
        match self.scheme.map_or(Scheme::Tcp, Scheme::named) {
            Scheme::Tcp | Scheme::Tls => self.checked_port().map(drop),
            Scheme::Unix => unix::parse(self.authority).map(drop),
            Scheme::Fd => descriptor(self.authority).map(drop),
            Scheme::Systemd => systemd_name(self.authority).map(drop),
            Scheme::Other(_) => Authority::parse(self.authority).map(drop),
        }
    }

    fn checked_port(&self) -> Result<u16, Reason> {
        Authority::parse(self.authority)?.port_or_default(self.scheme)
    }

    /// `None` where what was given is in the normal form: nothing is left out, so
    /// it has the same length. It has none where a scheme had to be added.
    pub(super) fn normalize(&self, given: Option<usize>) -> Option<String> {
        let (scheme, separator) = self.scheme.map_or(("", ""), |scheme| (scheme, "://"));
        let authority = self.authority();
        let length = scheme.len() + separator.len() + authority.len() + self.rest.len();
        if Some(length) == given && !scheme.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let mut text = String::with_capacity(length);
        text.push_str(scheme);
        text.make_ascii_lowercase();
        text.extend([separator, authority, self.rest]);
        Some(text)
    }

    /// Without userinfo.
    pub(super) fn authority(&self) -> &'a str {
        self.split_userinfo().map_or(self.authority, |(_, rest)| rest)
    }

    pub(super) fn userinfo(&self) -> Option<&'a str> {
        self.split_userinfo().map(|(userinfo, _)| userinfo)
    }

    /// `unix://@name` is abstract, and a systemd unit may be called `a@b`.
    fn split_userinfo(&self) -> Option<(&'a str, &'a str)> {
        let split = rsplit_once(self.authority, b'@')?;
        match self.scheme.map(Scheme::named) {
            Some(Scheme::Unix | Scheme::Systemd) => None,
            _ => Some(split),
        }
    }

    pub(super) fn scheme(&self) -> Option<&'a str> {
        self.scheme
    }

    /// Path and query, without the `/` that [`Uri`] invents.
    pub(super) fn rest(&self) -> &'a str {
        if self.rest == "/" { "" } else { self.rest }
    }
}

/// The scheme (RFC 3986, section 3.1), and what stands behind its `://`; `tcp`
/// and the whole text where there is none.
pub(super) fn split_scheme(text: &str) -> (&str, &str) {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let end = find(text, |byte| !letter(byte)).unwrap_or(text.len());
    match (text.as_bytes().first(), text[end..].strip_prefix("://")) {
        (Some(first), Some(rest)) if first.is_ascii_alphabetic() => (&text[..end], rest),
        _ => ("tcp", text),
    }
}

pub(super) fn descriptor(authority: &str) -> Result<i32, Reason> {
    number(authority).ok_or(Cow::Borrowed("this is not the number of a file descriptor"))
}

/// sd_listen_fds(3): a name has at most 255 characters and no colon.
pub(super) fn systemd_name(authority: &str) -> Result<&str, Reason> {
    match authority.len() {
        0 => Err("the name of the socket is missing".into()),
        1..=255 if !authority.contains([':', '[', ']']) => Ok(authority),
        _ => Err("this is not a name that systemd gives to a socket".into()),
    }
}
