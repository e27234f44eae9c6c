//! Why a handshake failed.

use std::{fmt, io};

use nix::errno::Errno;
use rustls::Error as TlsError;

use crate::{Error, ErrorKind};

/// What rustls says of what a peer has sent.
pub(super) fn invalid(error: TlsError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// One of ours, the reason why the connection was closed, comes out again.
pub(super) fn failed(error: io::Error) -> Error {
    if is_lost(&error) {
        return Error::new(ErrorKind::Tls).with_source(ConnectionLost::new());
    }
    let error = match error.downcast::<Error>() {
        Ok(ours) => return ours,
        Err(error) => error,
    };
    let failed = Error::new(ErrorKind::Tls);
    match error.downcast::<TlsError>() {
        Ok(TlsError::Other(error)) => failed.with_source(error),
        Ok(error) => failed.with_source(error),
        Err(error) => failed.with_source(error),
    }
}

fn is_lost(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

/// Whether the peer ends, resets, or is found gone when writing depends on
/// timing alone.
#[derive(Debug)]
struct ConnectionLost(io::Error);

impl ConnectionLost {
    fn new() -> Self {
        Self(Errno::ECONNRESET.into())
    }
}

impl fmt::Display for ConnectionLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection lost (ECONNRESET)")
    }
}

impl std::error::Error for ConnectionLost {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
