//! Ports for programs that do not tell which one they get.

use std::{
    net::{TcpListener, UdpSocket},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

use super::HOST;

/// Below the ports that Linux gives to those who ask for any (ip(7),
/// `ip_local_port_range`).
const FIRST: u16 = 20_000;
const NUMBER: u16 = 10_000;

/// A port that is free for TCP and UDP, and that nobody else is given.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another run of these tests begins elsewhere.
    let begin = (process::id() % u32::from(NUMBER)) as u16;
    let ports = std::iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed))
        .take(usize::from(NUMBER))
        .map(|next| FIRST + begin.wrapping_add(next) % NUMBER);
    let mut free = ports.filter(|&port| {
        TcpListener::bind((HOST, port)).is_ok() && UdpSocket::bind((HOST, port)).is_ok()
    });
    free.next().expect("a free port")
}
