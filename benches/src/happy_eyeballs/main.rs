//! How long connecting takes where DNS or the network is half broken, beside
//! what else connects by name in Rust.
//!
//! ```text
//! cargo run -p tower-socket-benches --bin happy-eyeballs
//! cargo run -p tower-socket-benches --bin happy-eyeballs -- "both fast" "AAAA 2 s late"
//! ```
//!
//! Networks and name servers are those of `tests/namespaces`; this takes root,
//! `ip` and `nft`, and `mount` for a `/etc/resolv.conf` that only this process
//! sees. Cells are the time and the winner's family.

mod cases;
mod clients;
mod measure;
mod support;

#[path = "../../../tests/namespaces/lookup.rs"]
mod lookup;
#[path = "../../../tests/namespaces/namespace.rs"]
mod namespace;
#[path = "../../../tests/namespaces/network.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod network;
#[path = "../tables/pki.rs"]
#[allow(dead_code, reason = "the tables need more of it")]
mod pki;
#[path = "../../../tests/namespaces/relay.rs"]
mod relay;
#[path = "../../../tests/namespaces/scene.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod scene;
#[path = "../../../tests/namespaces/server.rs"]
mod server;

use std::{env, process::ExitCode};

use self::{
    cases::{CASES, Case},
    clients::CLIENTS,
};

type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let resolver = measure::private_resolver();
    heading();
    for case in chosen() {
        let Some(cells) = measure::row(case, resolver.path()) else {
            return ExitCode::FAILURE;
        };
        println!("| {} | {} |", case.name, cells.join(" | "));
    }
    ExitCode::SUCCESS
}

fn heading() {
    let names: Vec<_> = CLIENTS.iter().map(|(name, _)| *name).collect();
    println!("| | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
}

/// All of them when none is named.
fn chosen() -> impl Iterator<Item = &'static Case> {
    let named: Vec<_> = env::args().skip(1).collect();
    let chosen = move |case: &&Case| named.is_empty() || named.iter().any(|n| n == case.name);
    CASES.iter().filter(chosen)
}
