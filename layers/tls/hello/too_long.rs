use std::{error::Error, fmt};

/// A client has sent as much as it may before the server knows what it wants
/// ([`ServerTls::client_hello_limit`](crate::layers::tls::ServerTls::client_hello_limit)).
///
/// The [source](std::error::Error::source) of an [`Error`](crate::Error) of the
/// kind [`Tls`](crate::ErrorKind::Tls).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientHelloTooLong {
    pub(super) received: usize,
    pub(super) limit: usize,
}

impl ClientHelloTooLong {
    /// How many bytes were received; more may have waited.
    pub fn received(&self) -> usize {
        self.received
    }

    /// How many it could have been.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for ClientHelloTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { received, limit } = self;
        write!(f, "no complete ClientHello in {received} bytes, of {limit} at most")
    }
}

impl Error for ClientHelloTooLong {}
