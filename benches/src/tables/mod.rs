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
pub(crate) mod pki;
mod silent;
mod tls;

use self::{pki::Key, tls::resumed::AT_A_TIME};
use crate::{
    happy_eyeballs,
    harness::{BoxError, Measure, Paired, Report, Settings, Table},
};

type Result<T, E = BoxError> = std::result::Result<T, E>;

const CPU: &str = "CPU µs";
const WALL: &str = "µs";
/// The unit of what waits.
pub(crate) const MILLISECONDS: &str = "ms";

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
    half_broken("he-both-fast", "both fast", |_| happy_eyeballs::measure("both fast")),
    half_broken("he-black-hole", "IPv6 black hole", |_| happy_eyeballs::measure("IPv6 black hole")),
    half_broken("he-black-holes", "three IPv6 black holes and one IPv4", |_| {
        happy_eyeballs::measure("three IPv6 black holes and one IPv4")
    }),
    half_broken("he-refused", "IPv6 refused", |_| happy_eyeballs::measure("IPv6 refused")),
    half_broken("he-far", "RTT 400 ms on both", |_| happy_eyeballs::measure("RTT 400 ms on both")),
    half_broken("he-aaaa-late", "AAAA 2 s late", |_| happy_eyeballs::measure("AAAA 2 s late")),
    half_broken("he-aaaa-never", "AAAA never answered", |_| {
        happy_eyeballs::measure("AAAA never answered")
    }),
    half_broken("he-aaaa-servfail", "AAAA SERVFAIL", |_| happy_eyeballs::measure("AAAA SERVFAIL")),
    half_broken("he-a-late", "A 2 s late", |_| happy_eyeballs::measure("A 2 s late")),
    half_broken("he-a-never", "A never answered", |_| happy_eyeballs::measure("A never answered")),
    half_broken("he-tls-silent", "IPv6 accepts, TLS silent", |_| {
        happy_eyeballs::measure("IPv6 accepts, TLS silent")
    }),
    half_broken("he-all-refuse", "every address refuses", |_| {
        happy_eyeballs::measure("every address refuses")
    }),
];

/// The time to connect by name where DNS or the network is half broken.
const fn half_broken(
    name: &'static str,
    about: &'static str,
    measure: fn(&Settings) -> Result<Report>,
) -> Table {
    Table { name, about, unit: MILLISECONDS, measure: Measure::Own(measure) }
}
