//! What an idle connection costs a server: its process grows by so much when
//! thousands more are open, each after 64 bytes there and back.

mod clients;
mod servers;

use std::fs;

use self::clients::Clients;
pub(crate) use self::servers::serve;
use super::Result;
use crate::{
    child::Child,
    harness::{Bar, Report, Settings, Subject, raise_descriptor_limit},
};

/// Open before anything is measured, so that tables and pools are there.
const WARM_UP: usize = 200;

/// Processes of each server, at most: the figures hardly differ.
const REPEATS: u32 = 3;

/// How far a control may stray.
const TOLERANCE: f64 = 0.03;

pub(crate) fn plain(settings: &Settings) -> Result<Report> {
    let baseline = "tokio, a task each";
    measure(
        settings,
        10_000,
        vec![
            ("tokio", Subject::baseline(baseline)),
            ("tokio", Subject::control()),
            ("ours", Subject::ours("Server").reaches(Bar::Value(1100.0))),
            ("ours-layered", Subject::ours("Server, every layer").reaches(Bar::Value(1100.0))),
        ],
    )
}

pub(crate) fn tls(settings: &Settings) -> Result<Report> {
    measure(
        settings,
        4000,
        vec![
            ("tokio-rustls", Subject::baseline("tokio-rustls, a task each")),
            ("tokio-rustls", Subject::control()),
            ("tokio-rustls-moved", Subject::peer("tokio-rustls, a new task after the handshake")),
            ("tls-listener", Subject::peer("tls-listener")),
            ("ours-tls", Subject::ours("Server").reaches(Bar::Value(8700.0))),
            ("ours-tls-layered", Subject::ours("Server, every layer").reaches(Bar::Value(8700.0))),
        ],
    )
}

fn measure(
    settings: &Settings,
    connections: usize,
    servers: Vec<(&str, Subject)>,
) -> Result<Report> {
    raise_descriptor_limit()?;
    let mut measured = Vec::new();
    for (server, subject) in servers {
        let repeats =
            (0..settings.rounds.div_ceil(20).min(REPEATS)).map(|_| bytes(server, connections));
        measured.push((subject, repeats.collect::<Result<_>>()?));
    }
    Ok(Report::new(measured, TOLERANCE))
}

/// For each connection.
fn bytes(server: &str, connections: usize) -> Result<f64> {
    let (child, ready) = Child::start("memory", &[server])?;
    let mut clients = Clients::new(&ready)?;
    clients.open(WARM_UP)?;
    let before = resident(&child)?;
    clients.open(connections)?;
    let grown = resident(&child)?.saturating_sub(before);
    Ok(grown as f64 / connections as f64)
}

/// Bytes of memory a process has.
fn resident(child: &Child) -> Result<u64> {
    let memory = fs::read_to_string(format!("/proc/{}/smaps_rollup", child.id()))?;
    let line = memory.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.ok_or("/proc has no Rss")?.parse::<u64>()? * 1024)
}
