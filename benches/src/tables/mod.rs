//! What is measured: one module per family of tables.

mod accept;
mod bare;
mod connect;
mod echo;
mod ours;
mod pki;
mod tls;

use crate::harness::{BoxError, Table};

type Result<T, E = BoxError> = std::result::Result<T, E>;

/// Every table, in the order in which they are printed.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "connect",
        about: "TCP connect by IP, accept, close; both ends",
        arms: || Box::pin(connect::arms()),
    },
    Table {
        name: "accept",
        about: "TCP connect by IP, accept, close; both ends",
        arms: || Box::pin(accept::arms()),
    },
    Table {
        name: "tls",
        about: "connect, full TLS 1.3 handshake (P-256, X25519), one byte, close; both ends",
        arms: || Box::pin(tls::arms()),
    },
    Table {
        name: "ping-pong",
        about: "64 bytes there and back over one TCP connection",
        arms: || Box::pin(echo::plain::<64>(1.015)),
    },
    Table {
        name: "ping-pong-tls",
        about: "64 bytes there and back over one TLS 1.3 connection",
        arms: || Box::pin(echo::tls::<64>(1.01)),
    },
    Table {
        name: "echo",
        about: "64 KiB there and back over one TCP connection",
        arms: || Box::pin(echo::plain::<65_536>(1.01)),
    },
    Table {
        name: "echo-tls",
        about: "64 KiB there and back over one TLS 1.3 connection",
        arms: || Box::pin(echo::tls::<65_536>(1.01)),
    },
];
