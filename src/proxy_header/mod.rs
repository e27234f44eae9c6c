//! What a proxy tells about a client.

mod addresses;
mod bytes;
mod error;
mod facts;
mod ssl;
pub mod tlv;

use std::net::SocketAddr;

use proxyproto::{Command, TransportProtocol, tlv::Tlv, v1, v2};

pub use self::ssl::Ssl;
pub(crate) use self::{
    bytes::missing,
    error::{broken, failed},
};
use crate::{Connection, Error};

/// The type of a CRC32C.
const CHECKSUM: u8 = proxyproto::tlv::Crc32c::TYPE;

/// A CRC32C with its type and length.
const CHECKSUM_LENGTH: usize = 3 + 4;

/// The length of version 2's header before its addresses.
const FIXED_LENGTH: usize = 16;

/// What is told about a client.
///
/// A server finds the one that it received in
/// [`ConnectionInfo::proxy_header`](crate::ConnectionInfo::proxy_header).
///
/// Version 1 is one line of text, version 2 binary, with [room for
/// more](Self::tlv). An IPv4 address inside IPv6, as dual-stack sockets show
/// it, is told as IPv4; where only one of the two addresses is IPv4 both are
/// told as IPv6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyHeader(Version);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Version {
    V1(v1::Header),
    V2 { header: v2::Header, checksum: bool },
}

impl ProxyHeader {
    /// Reads a header of either version, as [`to_bytes`](Self::to_bytes) writes
    /// it: all of it and nothing behind it.
    ///
    /// What a header of version 2 for a connection of the proxy's own says
    /// besides is discarded, as proxy-protocol.txt wants it.
    ///
    /// # Errors
    ///
    /// [`ProxyHeader`](crate::ErrorKind::ProxyHeader): it is no header, not all
    /// of one, or one with a version, command, family or value that is
    /// malformed; or its checksum is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        bytes::parse(bytes)
    }

    /// Version 1: the client is at `source` and connected to `destination`.
    pub fn v1(source: SocketAddr, destination: SocketAddr) -> Self {
        let (source, destination) = addresses::of_one_family(source, destination);
        Self(Version::V1(match source {
            SocketAddr::V4(_) => v1::Header::new_inet(source, destination),
            SocketAddr::V6(_) => v1::Header::new_inet6(source, destination),
        }))
    }

    /// Version 1 with nothing known about the client.
    pub const fn v1_unknown() -> Self {
        Self(Version::V1(v1::Header::unknown()))
    }

    /// Version 1 for a client that was accepted: its address and the one it
    /// connected to. Unknown where it came over something else than TCP.
    pub fn v1_of(client: &Connection) -> Self {
        match addresses::of(client) {
            Some((source, destination)) => Self::v1(source, destination),
            None => Self::v1_unknown(),
        }
    }

    /// Version 2: the client is at `source` and connected to `destination`.
    pub fn v2(source: SocketAddr, destination: SocketAddr) -> Self {
        let (source, destination) = addresses::of_one_family(source, destination);
        Self::from_v2(match source {
            SocketAddr::V4(_) => v2::Header::new_tcp_ipv4_proxy(source, destination),
            SocketAddr::V6(_) => v2::Header::new_tcp_ipv6_proxy(source, destination),
        })
    }

    /// Version 2 for a connection of the proxy's own, a health check, say: the
    /// receiver takes the addresses of the connection itself.
    pub fn v2_local() -> Self {
        Self::from_v2(v2::Header::new_unspecified(Command::Local))
    }

    /// Version 2 for a client that was accepted: its address and the one it
    /// connected to, over TCP or a Unix socket. Unspecified where there is
    /// neither.
    pub fn v2_of(client: &Connection) -> Self {
        if let Some((source, destination)) = addresses::of(client) {
            return Self::v2(source, destination);
        }
        let header = match client.local_address().as_ref().and_then(addresses::path) {
            Some(destination) => {
                let source = client.peer_address().as_ref().and_then(addresses::path);
                let source = source.unwrap_or([0; v2::UNIX_ADDR_LEN]);
                let stream = TransportProtocol::Stream;
                v2::Header::new_unix(Command::Proxy, stream, source, destination)
            }
            None => v2::Header::new_unspecified(Command::Proxy),
        };
        Self::from_v2(header)
    }

    fn from_v2(header: v2::Header) -> Self {
        Self(Version::V2 { header, checksum: false })
    }

    /// Adds a value to a header of version 2: one of [`tlv`](mod@tlv), or
    /// one that the receiver is known to take. Receivers have limits of their
    /// own; 536 bytes in all, the smallest TCP segment, are taken by every one
    /// (proxy-protocol.txt, section 2).
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): version 1 has no such
    /// values, the whole would be longer than 65,535 bytes, or it is a
    /// checksum, which [has a method](Self::checksum).
    pub fn tlv(mut self, kind: u8, value: impl AsRef<[u8]>) -> Result<Self, Error> {
        let value = value.as_ref();
        let header = self.extensible()?;
        if kind == CHECKSUM {
            return Err(Error::invalid_input("the checksum of a PROXY header is computed"));
        }
        let length = header.to_vec().len() - FIXED_LENGTH + 3 + value.len();
        if length + CHECKSUM_LENGTH > u16::MAX.into() {
            return Err(Error::invalid_input("the PROXY header is longer than 65535 bytes"));
        }
        header.add_tlv(kind, value);
        Ok(self)
    }

    /// Adds a CRC32C over the whole of a header of version 2.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): version 1 has none.
    pub fn checksum(mut self) -> Result<Self, Error> {
        self.extensible()?;
        if let Version::V2 { checksum, .. } = &mut self.0 {
            *checksum = true;
        }
        Ok(self)
    }

    fn extensible(&mut self) -> Result<&mut v2::Header, Error> {
        match &mut self.0 {
            Version::V2 { header, .. } => Ok(header),
            Version::V1(_) => Err(Error::invalid_input("a PROXY header of version 1 says no more")),
        }
    }

    /// As it is sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Version::V1(header) => header.to_string().into_bytes(),
            Version::V2 { header, checksum: false } => header.to_vec(),
            Version::V2 { header, checksum: true } => {
                let mut header = header.clone();
                header.add_crc32c_checksum();
                header.to_vec()
            }
        }
    }
}
