//! Every kind of client, many times over.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use clap::Args;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    Result,
    clients::{Client, Target},
    pki,
    process::Process,
    report::Report,
};

/// Until the server has closed what its clients have left.
const PATIENCE: Duration = Duration::from_secs(30);
/// A glance at the server's descriptors.
const GLANCE: Duration = Duration::from_millis(20);

/// How the server's allocator gives memory back (mallopt(3)): four kilobytes and
/// more at once, less never. By default glibc keeps some for a while, in a place
/// for each thread, and its coming and going is two percent of the server's
/// memory: more than the growth that is looked for.
const ALLOCATOR: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_MMAP_THRESHOLD_", "4096"),
    ("MALLOC_TRIM_THRESHOLD_", "1073741824"),
];

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Connects in all
    #[arg(long, default_value_t = 1_000_000)]
    connects: usize,

    /// Clients at a time
    #[arg(long, default_value_t = 64)]
    clients: usize,

    /// By how many percent the memory may grow from a tenth of the connects to
    /// all of them
    #[arg(long, default_value_t = 1.0)]
    growth: f64,
}

pub(crate) async fn run(options: &Options) -> Result<Report> {
    let certificate = pki::certificate()?;
    let mut command = Process::command(certificate.path())?;
    command.envs(ALLOCATOR);
    let server = Process::start(command)?;
    let connector = pki::connector(certificate.path())?;
    let target = Target { connector, tcp: server.tcp.clone(), tls: server.tls.clone() };
    let (before, started) = (server.descriptors()?, Instant::now());
    let tenth = options.connects / 10;
    // What all clients together need at most is needed when all are of the
    // kind that needs most. That is here, so that no chance of the mixture
    // needs more afterwards.
    let each = tenth / (2 * Client::KINDS);
    let alike = Client::kind_by_kind(each);
    let mut failures = connect(&target, alike, options.clients).await?;
    let mixed = (each * Client::KINDS..tenth).map(Client::nth);
    failures.extend(connect(&target, mixed, options.clients).await?);
    let early = rest(&server, before).await?;
    let mixed = (tenth..options.connects).map(Client::nth);
    failures.extend(connect(&target, mixed, options.clients).await?);
    let late = rest(&server, before).await?;
    failures.iter().take(5).for_each(|failure| eprintln!("{failure}"));
    let mut report = Report::default();
    report.figure("connects", options.connects);
    report.figure("time", format!("{:.1?}", started.elapsed()));
    report.at_most("clients that were failed", failures.len() as f64, 0.0, "");
    report.at_most("descriptors left over", late.descriptors as f64 - before as f64, 0.0, "");
    report.figure("memory after a tenth", format!("{} KiB", early.resident));
    report.figure("memory after all", format!("{} KiB", late.resident));
    let growth = (late.resident / early.resident - 1.0) * 100.0;
    report.at_most("growth", growth, options.growth, " %");
    Ok(report)
}

/// What the server has when nobody is there.
struct Rest {
    descriptors: usize,
    resident: f64,
}

async fn rest(server: &Process, descriptors: usize) -> Result<Rest> {
    let _ = timeout(PATIENCE, async {
        while server.descriptors().is_ok_and(|open| open > descriptors) {
            sleep(GLANCE).await;
        }
    })
    .await;
    Ok(Rest { descriptors: server.descriptors()?, resident: server.resident()? })
}

/// Runs these clients, so many at a time. What failed them.
async fn connect(
    target: &Target,
    clients: impl Iterator<Item = Client> + Send + 'static,
    at_a_time: usize,
) -> Result<Vec<String>> {
    let clients = Arc::new(Mutex::new(clients));
    let mut workers = JoinSet::new();
    for _ in 0..at_a_time {
        workers.spawn(work(target.clone(), clients.clone()));
    }
    let mut failures = Vec::new();
    while let Some(worker) = workers.join_next().await {
        failures.extend(worker?);
    }
    Ok(failures)
}

async fn work(target: Target, clients: Arc<Mutex<impl Iterator<Item = Client>>>) -> Vec<String> {
    let mut failures = Vec::new();
    loop {
        let next = clients.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some(client) = next else { return failures };
        if let Err(error) = client.run(&target).await {
            failures.push(format!("{client:?}: {error}"));
        }
    }
}
