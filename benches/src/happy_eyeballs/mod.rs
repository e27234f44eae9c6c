//! How long connecting takes where DNS or the network is half broken, beside
//! what else connects by name in Rust.
//!
//! Networks and name servers are those of `tests/namespaces`; this takes root,
//! `ip` and `nft`, and `mount` for a `/etc/resolv.conf` that only this process
//! sees.

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
#[path = "../../../tests/namespaces/relay.rs"]
mod relay;
#[path = "../../../tests/namespaces/scene.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod scene;
#[path = "../../../tests/namespaces/server.rs"]
mod server;

pub(crate) use self::measure::GIVEN_UP;
use self::{
    cases::{CASES, Case},
    clients::CLIENTS,
};
use crate::{
    harness::{Bar, Report, Subject},
    tables::pki,
};

type Result<T, E = crate::harness::BoxError> = std::result::Result<T, E>;

/// What the others are compared with.
const BASELINE: &str = "tokio TcpStream";

/// One case, in milliseconds.
pub(crate) fn measure(name: &str) -> Result<Report> {
    let case = CASES.iter().find(|case| case.name == name).ok_or("there is no such case")?;
    let resolver = measure::private_resolver();
    let cells = measure::row(case, resolver.path()).ok_or("this takes root, ip and nft")?;
    let clients = CLIENTS.iter().map(|(name, _)| *name);
    let measured = clients.zip(cells).map(|(client, cell)| {
        (subject(client, case).noting(cell.outcome), vec![cell.milliseconds])
    });
    Ok(Report::new(measured.collect(), 0.0))
}

fn subject(client: &str, case: &Case) -> Subject {
    match client {
        BASELINE => Subject::baseline(client),
        "tower-socket" => Subject::ours(client).reaches(Bar::Value(case.within)),
        _ => Subject::peer(client),
    }
}
