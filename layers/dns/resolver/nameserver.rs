use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use super::transport::{PLAIN_PORT, Reason, Transport};
use crate::Error;

/// A name server and how it is spoken to.
///
/// In text: an IP address with or without a port (53 by default), as it is or
/// after `udp://` or `tcp://`. Without a scheme it is `udp`.
///
/// ```
/// # use tower_socket::layers::dns::Nameserver;
/// let server: Nameserver = "tcp://[::1]:5353".parse()?;
/// assert_eq!(server, Nameserver::tcp("[::1]:5353".parse().unwrap()));
/// assert_eq!("127.0.0.1".parse::<Nameserver>()?.to_string(), "udp://127.0.0.1:53");
/// # Ok::<(), tower_socket::Error>(())
/// ```
///
/// With the feature `dns-over-tls` also `tls://` (port 853), with
/// `dns-over-https` also `https://` (port 443) and a path. The certificate has
/// to be for the `hostname`, or for the IP address where there is none. The
/// connection is kept for the next queries.
///
/// ```
/// # #[cfg(feature = "dns-over-https")]
/// # {
/// # use tower_socket::layers::dns::Nameserver;
/// let over_tls: Nameserver = "tls://192.0.2.53?hostname=dns.example".parse()?;
/// assert_eq!(over_tls, Nameserver::tls("192.0.2.53:853".parse().unwrap(), "dns.example")?);
///
/// let text = "https://192.0.2.53/dns-query?hostname=dns.example";
/// let address = "192.0.2.53:443".parse().unwrap();
/// let over_https = Nameserver::https(address, "dns.example", "/dns-query")?;
/// assert_eq!(text.parse::<Nameserver>()?, over_https);
/// # }
/// # Ok::<(), tower_socket::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nameserver {
    address: SocketAddr,
    transport: Transport,
}

impl Nameserver {
    /// Asked over UDP, and over TCP when its answer is truncated.
    pub const fn udp(address: SocketAddr) -> Self {
        Self { address, transport: Transport::Udp }
    }

    /// Asked over TCP only.
    pub const fn tcp(address: SocketAddr) -> Self {
        Self { address, transport: Transport::Tcp }
    }

    /// Asked over TLS (RFC 7858) only. The certificate has to be for this host
    /// name or IP address. See [`DnsResolver::tls`](super::DnsResolver::tls)
    /// for whom it is trusted by.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what no certificate can be for.
    #[cfg(feature = "dns-over-tls")]
    pub fn tls(address: SocketAddr, server_name: &str) -> Result<Self, Error> {
        Ok(Self { address, transport: Transport::tls(server_name)? })
    }

    /// Asked over HTTPS (RFC 8484) only, by POST over HTTP/2. The certificate
    /// is that of [`tls`](Self::tls); the path is `/dns-query` nearly
    /// everywhere.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what no certificate can be for, and for what is no
    /// path.
    #[cfg(feature = "dns-over-https")]
    pub fn https(address: SocketAddr, server_name: &str, path: &str) -> Result<Self, Error> {
        Ok(Self { address, transport: Transport::https(address, server_name, path)? })
    }

    /// Where it is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it is asked over plain TCP only.
    pub const fn is_tcp(&self) -> bool {
        matches!(self.transport, Transport::Tcp)
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.transport
    }
}

impl From<SocketAddr> for Nameserver {
    fn from(address: SocketAddr) -> Self {
        Self::udp(address)
    }
}

/// On port 53.
impl From<IpAddr> for Nameserver {
    fn from(address: IpAddr) -> Self {
        Self::udp(SocketAddr::new(address, PLAIN_PORT))
    }
}

impl FromStr for Nameserver {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("udp", text));
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let address = |port| {
            let address = parse_address(authority, port);
            address.ok_or(Reason::Borrowed("there is no IP address with or without a port"))
        };
        Transport::parse(scheme, address, rest)
            .map(|(address, transport)| Self { address, transport })
            .map_err(|reason| {
                Error::invalid_input(format!("invalid name server \"{text}\": {reason}"))
            })
    }
}

fn parse_address(text: &str, port: u16) -> Option<SocketAddr> {
    let ip = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let ip = ip.parse().map(|ip| SocketAddr::new(ip, port));
    ip.or_else(|_| text.parse()).ok().filter(|address| address.port() != 0)
}

impl fmt::Display for Nameserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.write(self.address, f)
    }
}
