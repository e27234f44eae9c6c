//! What a header says.

use std::str;

use proxyproto::{Command, v2};

use super::{ProxyHeader, Ssl, Version, addresses, tlv};
use crate::Address;

impl ProxyHeader {
    /// Whether it names the two ends of a client's connection. One that does
    /// not is of the proxy itself, a health check, say, or of a client that the
    /// proxy knows nothing about; the address of the proxy is all there is then.
    pub fn names_client(&self) -> bool {
        match &self.0 {
            Version::V1(header) => header.addresses().is_some(),
            Version::V2 { header, .. } => {
                header.command() == Command::Proxy
                    && *header.addresses() != v2::Addresses::Unspecified
            }
        }
    }

    /// Whether the connection is one of the proxy's own, a health check, say.
    /// Only version 2 tells.
    pub fn is_local(&self) -> bool {
        matches!(&self.0, Version::V2 { header, .. } if header.command() == Command::Local)
    }

    /// The client. `None` where the header names none, and for a Unix socket
    /// without a name.
    pub fn source(&self) -> Option<Address> {
        self.ends().0
    }

    /// Where the client connected to: an address of the proxy, most often.
    pub fn destination(&self) -> Option<Address> {
        self.ends().1
    }

    fn ends(&self) -> (Option<Address>, Option<Address>) {
        match &self.0 {
            Version::V1(header) => (
                header.source_addr().map(Address::Tcp),
                header.destination_addr().map(Address::Tcp),
            ),
            Version::V2 { header, .. } => match header.addresses() {
                v2::Addresses::Unspecified => (None, None),
                v2::Addresses::Inet { source, destination } => {
                    (Some(Address::Tcp(*source)), Some(Address::Tcp(*destination)))
                }
                v2::Addresses::Unix { source, destination } => {
                    (addresses::unix(source), addresses::unix(destination))
                }
            },
        }
    }

    /// The values of version 2 with their types, in their order, those of types
    /// nobody knows too. The checksum is not among them: it was verified.
    pub fn values(&self) -> impl Iterator<Item = (u8, &[u8])> {
        let header = match &self.0 {
            Version::V1(_) => None,
            Version::V2 { header, .. } => Some(header),
        };
        header.into_iter().flat_map(v2::Header::tlvs)
    }

    /// The first value of this type: one of [`tlv`], or another.
    pub fn value(&self, kind: u8) -> Option<&[u8]> {
        self.values().find_map(|(found, value)| (found == kind).then_some(value))
    }

    /// What the client chose by ALPN (RFC 7301), `h2`, say.
    pub fn alpn_protocol(&self) -> Option<&[u8]> {
        self.value(tlv::ALPN)
    }

    /// The host name that the client asked for, its SNI, say.
    pub fn authority(&self) -> Option<&str> {
        self.value(tlv::AUTHORITY).and_then(|name| str::from_utf8(name).ok())
    }

    /// The proxy's name for this connection.
    pub fn unique_id(&self) -> Option<&[u8]> {
        self.value(tlv::UNIQUE_ID)
    }

    /// What the proxy tells of the TLS that it speaks with the client.
    pub fn ssl(&self) -> Option<Ssl<'_>> {
        self.value(tlv::SSL).and_then(Ssl::new)
    }
}
