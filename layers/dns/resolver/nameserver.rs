use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use crate::Error;

/// Port 53 (RFC 1035, section 4.2).
const PORT: u16 = 53;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nameserver {
    address: SocketAddr,
    tcp: bool,
}

impl Nameserver {
    /// Asked over UDP, and over TCP when its answer is truncated.
    pub const fn udp(address: SocketAddr) -> Self {
        Self { address, tcp: false }
    }

    /// Asked over TCP only.
    pub const fn tcp(address: SocketAddr) -> Self {
        Self { address, tcp: true }
    }

    /// Where it is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it is asked over TCP only.
    pub const fn is_tcp(&self) -> bool {
        self.tcp
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
        Self::udp(SocketAddr::new(address, PORT))
    }
}

impl FromStr for Nameserver {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (scheme, address) = text.split_once("://").unwrap_or(("udp", text));
        let tcp = match scheme {
            "udp" => false,
            "tcp" => true,
            _ => return Err(invalid(text, "its scheme is neither udp nor tcp")),
        };
        let address = parse_address(address)
            .ok_or_else(|| invalid(text, "there is no IP address with or without a port"))?;
        Ok(Self { address, tcp })
    }
}

fn parse_address(text: &str) -> Option<SocketAddr> {
    let ip = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let ip = ip.parse().map(|ip| SocketAddr::new(ip, PORT));
    ip.or_else(|_| text.parse()).ok().filter(|address| address.port() != 0)
}

fn invalid(text: &str, reason: &str) -> Error {
    Error::invalid_input(format!("invalid name server \"{text}\": {reason}"))
}

impl fmt::Display for Nameserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tcp { "tcp" } else { "udp" }, self.address)
    }
}
