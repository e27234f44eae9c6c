//! How a name server is spoken to, and how that is written.

#[cfg(feature = "dns-over-tls")]
use std::sync::Arc;
use std::{borrow::Cow, fmt, net::SocketAddr};

#[cfg(feature = "dns-over-https")]
use http::Uri;

#[cfg(feature = "dns-over-tls")]
use crate::{Error, layers::tls::server_name};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Transport {
    Udp,
    Tcp,
    #[cfg(feature = "dns-over-tls")]
    Tls {
        server_name: Arc<str>,
    },
    #[cfg(feature = "dns-over-https")]
    Https {
        server_name: Arc<str>,
        /// Where queries are posted to.
        url: Uri,
    },
}

pub(super) type Reason = Cow<'static, str>;

/// RFC 1035, section 4.2.
pub(super) const PLAIN_PORT: u16 = 53;

/// RFC 7858, section 3.1.
#[cfg(feature = "dns-over-tls")]
const TLS_PORT: u16 = 853;

#[cfg(feature = "dns-over-https")]
const HTTPS_PORT: u16 = 443;

impl Transport {
    #[cfg(feature = "dns-over-tls")]
    pub(super) fn tls(name: &str) -> Result<Self, Error> {
        server_name::parse(name)?;
        Ok(Self::Tls { server_name: name.into() })
    }

    #[cfg(feature = "dns-over-https")]
    pub(super) fn https(address: SocketAddr, name: &str, path: &str) -> Result<Self, Error> {
        server_name::parse(name)?;
        let host = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
        let port = Some(address.port()).filter(|port| *port != HTTPS_PORT);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let url = Some(path).filter(|path| path.starts_with('/') && !path.contains(['?', '#']));
        let url = url.and_then(|path| Uri::try_from(format!("https://{host}{port}{path}")).ok());
        let url = url.ok_or_else(|| Error::invalid_input(format!("{path:?} is no path")))?;
        Ok(Self::Https { server_name: name.into(), url })
    }

    /// The address with a default port, and what stands behind it.
    pub(super) fn parse(
        scheme: &str,
        address: impl FnOnce(u16) -> Result<SocketAddr, Reason>,
        rest: &str,
    ) -> Result<(SocketAddr, Self), Reason> {
        match scheme {
            "udp" | "tcp" if !rest.is_empty() => {
                Err("only an IP address and a port can stand there".into())
            }
            "udp" => Ok((address(PLAIN_PORT)?, Self::Udp)),
            "tcp" => Ok((address(PLAIN_PORT)?, Self::Tcp)),
            #[cfg(feature = "dns-over-tls")]
            "tls" => parse_tls(address(TLS_PORT)?, rest),
            #[cfg(feature = "dns-over-https")]
            "https" => parse_https(address(HTTPS_PORT)?, rest),
            #[cfg(not(feature = "dns-over-tls"))]
            "tls" => Err("it takes the feature `dns-over-tls`".into()),
            #[cfg(not(feature = "dns-over-https"))]
            "https" => Err("it takes the feature `dns-over-https`".into()),
            _ => Err("its scheme is none of udp, tcp, tls and https".into()),
        }
    }

    pub(super) fn write(&self, address: SocketAddr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp => write!(f, "udp://{address}"),
            Self::Tcp => write!(f, "tcp://{address}"),
            #[cfg(feature = "dns-over-tls")]
            Self::Tls { server_name } => {
                write!(f, "tls://{address}")?;
                write_name(address, server_name, f)
            }
            #[cfg(feature = "dns-over-https")]
            Self::Https { server_name, url } => {
                write!(f, "https://{address}{}", url.path())?;
                write_name(address, server_name, f)
            }
        }
    }
}

#[cfg(feature = "dns-over-tls")]
fn parse_tls(address: SocketAddr, rest: &str) -> Result<(SocketAddr, Transport), Reason> {
    let (path, name) = split(address, rest)?;
    match path {
        "" | "/" => Ok((address, Transport::tls(&name).map_err(reason)?)),
        _ => Err("there is no path over TLS".into()),
    }
}

#[cfg(feature = "dns-over-https")]
fn parse_https(address: SocketAddr, rest: &str) -> Result<(SocketAddr, Transport), Reason> {
    let (path, name) = split(address, rest)?;
    Ok((address, Transport::https(address, &name, path).map_err(reason)?))
}

/// The path and whose certificate it has to be.
#[cfg(feature = "dns-over-tls")]
fn split(address: SocketAddr, rest: &str) -> Result<(&str, Cow<'_, str>), Reason> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    match query.strip_prefix("hostname=") {
        Some(name) => Ok((path, name.into())),
        None if query.is_empty() => Ok((path, address.ip().to_string().into())),
        None => Err("`hostname` is the only parameter".into()),
    }
}

#[cfg(feature = "dns-over-tls")]
fn write_name(address: SocketAddr, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if name == address.ip().to_string() { Ok(()) } else { write!(f, "?hostname={name}") }
}

#[cfg(feature = "dns-over-tls")]
fn reason(error: Error) -> Reason {
    error.into_reason().unwrap_or_default()
}
