//! What is measured: one module per family of tables.

mod accept;
mod bare;
mod connect;
mod echo;
mod ours;
mod peers;
mod pki;
mod tls;

use crate::harness::{BoxError, Measure, Paired, Table};

type Result<T, E = BoxError> = std::result::Result<T, E>;

const CPU: &str = "CPU µs";

/// Every table, in the order in which they are printed.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "connect",
        about: "the client: TCP connect by IP, accept and close",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(connect::arms()))),
    },
    Table {
        name: "accept",
        about: "the server: TCP connect by IP, accept and close",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(accept::arms()))),
    },
    Table {
        name: "tls-client",
        about: "the client: full TLS 1.3 handshake (P-256, X25519), one byte, close",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(tls::client::arms()))),
    },
    Table {
        name: "tls-server",
        about: "the server: full TLS 1.3 handshake (P-256, X25519), one byte, close",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(tls::server::arms()))),
    },
    Table {
        name: "ping-pong",
        about: "64 bytes there and back over one TCP connection",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(echo::plain::<64>()))),
    },
    Table {
        name: "ping-pong-tls",
        about: "64 bytes there and back over one TLS 1.3 connection",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(echo::tls::<64>()))),
    },
    Table {
        name: "echo",
        about: "64 KiB there and back over one TCP connection",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(echo::plain::<65_536>()))),
    },
    Table {
        name: "echo-tls",
        about: "64 KiB there and back over one TLS 1.3 connection",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(echo::tls::<65_536>()))),
    },
];
