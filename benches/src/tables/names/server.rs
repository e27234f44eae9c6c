use std::{
    fs::Permissions, io::Write, net::Ipv4Addr, os::unix::fs::PermissionsExt, process::Command,
};

use hickory_resolver::proto::{
    op::{Message, Query},
    rr::{RData, Record, rdata::SOA},
};
use nix::sched::{CloneFlags, unshare};
use tempfile::NamedTempFile;
use tokio::runtime::Builder;

use super::Result;
use crate::{
    child,
    name_server::{NameServer, Over, name, records},
};

/// What the server knows.
pub(crate) const NAME: &str = "host.example";

const ADDRESS: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Seconds.
const TTL: u32 = 300;

/// A network of its own for this thread and those it starts, where the name
/// server is the one of this measurement.
pub(crate) fn enter() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)
        .map_err(|error| format!("a network of its own takes root: {error}"))?;
    let mut resolver = NamedTempFile::new()?;
    writeln!(resolver, "nameserver {ADDRESS}")?;
    resolver.as_file().set_permissions(Permissions::from_mode(0o644))?;
    run("ip", &["link", "set", "lo", "up"])?;
    run("mount", &["--make-rprivate", "/"])?;
    let file = resolver.path().to_str().ok_or("the path of a temporary file")?;
    run("mount", &["--bind", file, "/etc/resolv.conf"])
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    match Command::new(program).args(arguments).status()? {
        status if status.success() => Ok(()),
        status => Err(format!("{program} {}: {status}", arguments.join(" ")).into()),
    }
}

/// The name server's process.
pub(crate) fn serve() -> Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let _server = runtime.block_on(NameServer::start_at((ADDRESS, 53).into(), answer));
    child::ready("ready")
}

/// A record, or that there is none; with an SOA, so that this is remembered
/// too (RFC 2308, section 5).
fn answer(query: &Query, _: Over) -> Option<Message> {
    let mut message = records(query, TTL, &[&ADDRESS.to_string()]);
    if message.answers.is_empty() {
        let zone = name("example");
        let soa = SOA::new(zone.clone(), zone.clone(), 1, 3600, 600, 86_400, TTL);
        message.add_authority(Record::from_rdata(zone, TTL, RData::SOA(soa)));
    }
    Some(message)
}
