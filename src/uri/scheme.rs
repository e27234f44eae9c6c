use http::Uri;

/// What a URI's scheme asks for. `http` and `ws` are [`Tcp`](Self::Tcp),
/// `https` and `wss` are [`Tls`](Self::Tls).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme<'a> {
    Tcp,
    Tls,
    Unix,
    Fd,
    Systemd,
    Other(&'a str),
}

impl<'a> Scheme<'a> {
    /// `None` where the URI has no scheme: its reader says what that means.
    pub(crate) fn of(uri: &'a Uri) -> Option<Self> {
        uri.scheme_str().map(Self::named)
    }

    /// Schemes are case-insensitive (RFC 3986, section 3.1).
    pub(super) fn named(name: &'a str) -> Self {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match name {
            _ if is("tcp") || is("http") || is("ws") => Self::Tcp,
            _ if is("tls") || is("https") || is("wss") => Self::Tls,
            _ if is("unix") => Self::Unix,
            _ if is("fd") => Self::Fd,
            _ if is("systemd") => Self::Systemd,
            _ => Self::Other(name),
        }
    }
}

/// The ports of RFC 9110 (sections 4.2.1 and 4.2.2) and RFC 6455 (section 3).
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    let is = |known: &str| scheme.eq_ignore_ascii_case(known);
    match scheme {
        _ if is("http") || is("ws") => Some(80),
        _ if is("https") || is("wss") => Some(443),
        _ => None,
    }
}
