//! What goes wrong with a header. None of these has a peer.

use std::io;

use crate::{BoxError, Error, ErrorKind};

pub(crate) fn failed(reason: &'static str) -> Error {
    Error::new(ErrorKind::ProxyHeader).with_reason(reason)
}

/// One of ours, the reason why the connection was closed, comes out again.
pub(crate) fn broken(error: io::Error) -> Error {
    error.downcast().unwrap_or_else(because)
}

pub(super) fn because(source: impl Into<BoxError>) -> Error {
    Error::new(ErrorKind::ProxyHeader).with_source(source)
}

pub(super) fn too_long(most: usize) -> Error {
    Error::new(ErrorKind::ProxyHeader).with_reason(format!("it is longer than {most} bytes"))
}
