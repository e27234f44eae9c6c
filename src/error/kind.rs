use std::io;

use nix::errno::Errno;

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller gave something that can never work: a URI that is none, a
    /// host name where an address is needed, a certificate file that is empty.
    /// Found before any packet is sent.
    InvalidInput,
    /// The operating system refused to listen.
    Listen,
    /// The operating system refused to hand over an incoming connection. The
    /// server goes on.
    Accept,
    /// The host name could not be resolved.
    Resolve,
    /// No connection to the address was possible.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The header of the PROXY protocol could not be sent, or what came was
    /// none that is believed.
    ProxyHeader,
    /// A handshake other than TLS failed.
    Handshake,
    /// A deadline passed.
    Timeout,
    /// A limit on open connections was reached.
    LimitReached,
    /// Connections came faster than a rate allows.
    RateLimited,
    /// An access list keeps the peer out.
    Denied,
    /// The handshake was given up to make room for a newer one.
    Evicted,
    /// The handshake's code panicked.
    Panicked,
    /// The connection was closed from this side: by its registry, or by a
    /// drain.
    Closed,
}

impl ErrorKind {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 15] = [
        Self::InvalidInput,
        Self::Listen,
        Self::Accept,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::ProxyHeader,
        Self::Handshake,
        Self::Timeout,
        Self::LimitReached,
        Self::RateLimited,
        Self::Denied,
        Self::Evicted,
        Self::Panicked,
        Self::Closed,
    ];

    /// In one word for machines, `limit_reached` for example: the label of a
    /// metric, the field of a log.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Listen => "listen",
            Self::Accept => "accept",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::ProxyHeader => "proxy_header",
            Self::Handshake => "handshake",
            Self::Timeout => "timeout",
            Self::LimitReached => "limit_reached",
            Self::RateLimited => "rate_limited",
            Self::Denied => "denied",
            Self::Evicted => "evicted",
            Self::Panicked => "panicked",
            Self::Closed => "closed",
        }
    }

    /// Whether the connection was turned away.
    pub(crate) fn is_rejection(self) -> bool {
        matches!(self, Self::LimitReached | Self::RateLimited | Self::Denied | Self::Evicted)
    }

    pub(super) fn errno(self) -> Option<Errno> {
        match self {
            Self::InvalidInput => Some(Errno::EINVAL),
            Self::Timeout => Some(Errno::ETIMEDOUT),
            _ => None,
        }
    }

    pub(super) fn io_kind(self) -> io::ErrorKind {
        match self {
            Self::InvalidInput => io::ErrorKind::InvalidInput,
            Self::Timeout => io::ErrorKind::TimedOut,
            Self::Closed | Self::Evicted => io::ErrorKind::ConnectionAborted,
            Self::Tls => io::ErrorKind::InvalidData,
            Self::Denied => io::ErrorKind::PermissionDenied,
            _ => io::ErrorKind::Other,
        }
    }
}

const _: () = assert!(ErrorKind::ALL.len() == ErrorKind::Closed as usize + 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_place_and_a_name_of_its_own() {
        for (place, kind) in ErrorKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            let same = ErrorKind::ALL.iter().filter(|other| other.name() == kind.name());
            assert_eq!(same.count(), 1);
        }
    }
}
