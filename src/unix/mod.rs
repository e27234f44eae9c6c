//! Unix sockets, both sides.

mod builder;
mod connecting;
mod connector;
mod listening;
mod server;
mod socket_file;
mod waiting;

use std::{ffi::OsStr, io, os::unix::ffi::OsStrExt};

use socket2::SockAddr;

pub use self::{
    builder::UnixServerBuilder, connecting::Connecting, connector::UnixConnector,
    server::UnixServer,
};
use crate::Address;

/// An abstract name stands behind a zero byte (unix(7)).
fn socket_address(address: &Address) -> io::Result<SockAddr> {
    match address {
        Address::Unix(path) => SockAddr::unix(path),
        Address::Abstract(name) => SockAddr::unix(OsStr::from_bytes(&[b"\0", &name[..]].concat())),
        Address::Tcp(_) | Address::Tls(_) => Err(io::ErrorKind::InvalidInput.into()),
    }
}
