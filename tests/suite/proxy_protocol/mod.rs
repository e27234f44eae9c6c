//! HAProxy's PROXY protocol.

mod accept;
mod bytes;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod haproxy;
mod sending;

use std::net::SocketAddr;

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}
