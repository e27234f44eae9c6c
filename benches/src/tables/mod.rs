//! What is measured: one module per family of tables.

mod accept;
mod bare;
mod connect;
mod echo;
pub(crate) mod growth;
pub(crate) mod memory;
pub(crate) mod names;
mod ours;
mod peers;
mod pki;
mod silent;
mod tls;

use self::{pki::Key, tls::resumed::AT_A_TIME};
use crate::harness::{BoxError, Measure, Paired, Table};

type Result<T, E = BoxError> = std::result::Result<T, E>;

const CPU: &str = "CPU µs";
const WALL: &str = "µs";

/// Every table, in the order in which they are printed.
pub(crate) const TABLES: &[Table] = &[
    Table {
        name: "connect",
        about: "the client: TCP connect by IP, accept and close",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(connect::arms()))),
    },
    Table {
        name: "names",
        about: "the client: TCP connect by a name that is cached, accept and close",
        unit: CPU,
        measure: Measure::Paired(
            Paired::new(|| Box::pin(names::arms::<1>())).entering(names::enter),
        ),
    },
    Table {
        name: "names-64",
        about: "the same, 64 at a time",
        unit: CPU,
        measure: Measure::Paired(
            Paired::new(|| Box::pin(names::arms::<64>())).entering(names::enter).at_a_time(64),
        ),
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
        name: "tls-resumed",
        about: "TLS 1.3 handshakes with a session store, 64 at a time",
        unit: CPU,
        measure: Measure::Paired(
            Paired::new(|| Box::pin(tls::resumed::arms())).at_a_time(AT_A_TIME),
        ),
    },
    Table {
        name: "tls-two-cores-rsa",
        about: "the server, RSA-4096: full TLS 1.3 handshakes on two threads, 64 at a time",
        unit: WALL,
        measure: Measure::Paired(
            Paired::new(|| Box::pin(tls::two_cores::arms(Key::Rsa4096, 1.6)))
                .wall()
                .threads(2)
                .at_a_time(AT_A_TIME),
        ),
    },
    Table {
        name: "tls-two-cores-ecdsa",
        about: "the server, ECDSA P-256: full TLS 1.3 handshakes on two threads, 64 at a time",
        unit: WALL,
        measure: Measure::Paired(
            Paired::new(|| Box::pin(tls::two_cores::arms(Key::Ecdsa, 0.95)))
                .wall()
                .threads(2)
                .at_a_time(AT_A_TIME),
        ),
    },
    Table {
        name: "tls-speaking-first",
        about: "a full TLS 1.3 handshake, and the first byte is the server's",
        unit: WALL,
        measure: Measure::Paired(Paired::new(|| Box::pin(tls::speaking_first::arms())).wall()),
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
    Table {
        name: "memory",
        about: "server memory of an idle TCP connection, 10,000 open",
        unit: "bytes",
        measure: Measure::Own(memory::plain),
    },
    Table {
        name: "memory-tls",
        about: "server memory of an idle TLS 1.3 connection, 4,000 open",
        unit: "bytes",
        measure: Measure::Own(memory::tls),
    },
    Table {
        name: "silent",
        about: "99th percentile of an honest TLS 1.3 handshake while others say nothing",
        unit: WALL,
        measure: Measure::Own(silent::measure),
    },
    Table {
        name: "growth",
        about: "the server: connect, 64 bytes there and back, close, beside open connections",
        unit: CPU,
        measure: Measure::Paired(Paired::new(|| Box::pin(growth::arms::<false>()))),
    },
    Table {
        name: "growth-two-cores",
        about: "the same on two threads, 64 at a time",
        unit: CPU,
        measure: Measure::Paired(
            Paired::new(|| Box::pin(growth::arms::<true>()))
                .threads(2)
                .at_a_time(growth::AT_A_TIME),
        ),
    },
];
