//! TCP Fast Open (RFC 7413, tcp(7)), whose queue socket2 does not know.

use std::io;

use nix::{
    libc,
    sys::socket::{
        setsockopt,
        sockopt::{SetUsize, TcpFastOpenConnect},
    },
};
use socket2::Socket;

#[derive(Clone)]
struct TcpFastOpen;

nix::setsockopt_impl!(TcpFastOpen, libc::IPPROTO_TCP, libc::TCP_FASTOPEN, usize, SetUsize);

pub(super) fn set_queue(socket: &Socket, length: u16) -> io::Result<()> {
    Ok(setsockopt(socket, TcpFastOpen, &length.into())?)
}

pub(super) fn set_connect(socket: &Socket) -> io::Result<()> {
    Ok(setsockopt(socket, TcpFastOpenConnect, &true)?)
}
