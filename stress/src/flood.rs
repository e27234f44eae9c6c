//! Honest TLS clients, alone at first, then among many silent ones.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clap::Args;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use crate::{
    Result,
    clients::{self, Target, echo, silent},
    pki,
    process::Process,
    report::Report,
};

/// Silent clients kept open; the oldest go first.
const KEPT: usize = 4_000;
/// An honest client comes this often.
const HONEST: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Silent clients that connect each second
    #[arg(long, default_value_t = 1000)]
    rate: u32,

    /// How long they do
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

pub(crate) async fn run(options: &Options) -> Result<Report> {
    let certificate = pki::certificate()?;
    let server = Process::start(Process::command(certificate.path())?)?;
    let connector = pki::connector(certificate.path())?;
    let target = Target { connector, tcp: server.tcp.clone(), tls: server.tls.clone() };
    let alone = honest(&target, Duration::from_secs(options.seconds.min(5))).await;
    let silent = Arc::new(AtomicU64::new(0));
    let flood = tokio::spawn(flood(clients::address(&server.tls)?, options.rate, silent.clone()));
    let flooded = honest(&target, Duration::from_secs(options.seconds)).await;
    flood.abort();
    let mut report = Report::default();
    report.figure("silent clients", silent.load(Ordering::Relaxed));
    report.figure("honest clients", flooded.times.len() + flooded.failed);
    report.at_least("honest clients that succeeded", flooded.share() * 100.0, 99.0, " %");
    for (name, honest) in [("alone", &alone), ("flooded", &flooded)] {
        let (median, p99) = (honest.quantile(0.5), honest.quantile(0.99));
        report
            .figure(format!("handshake {name}, median and p99"), format!("{median:.2?} {p99:.2?}"));
    }
    Ok(report)
}

/// So many silent clients each second, for ever.
async fn flood(address: SocketAddr, rate: u32, connected: Arc<AtomicU64>) -> Result<()> {
    let mut kept = VecDeque::new();
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        ticks.tick().await;
        kept.push_back(silent(address).await?);
        connected.fetch_add(1, Ordering::Relaxed);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }
}

/// What became of honest clients.
#[derive(Debug, Default)]
struct Honest {
    times: Vec<Duration>,
    failed: usize,
}

impl Honest {
    fn share(&self) -> f64 {
        self.times.len() as f64 / (self.times.len() + self.failed).max(1) as f64
    }

    fn quantile(&self, fraction: f64) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let place = (times.len().saturating_sub(1)) as f64 * fraction;
        times.get(place.round() as usize).copied().unwrap_or_default()
    }
}

/// One after the other begins, whether the one before is done or not.
async fn honest(target: &Target, time: Duration) -> Honest {
    let mut clients = JoinSet::new();
    let mut ticks = interval(HONEST);
    let end = Instant::now() + time;
    while Instant::now() < end {
        ticks.tick().await;
        let target = target.clone();
        clients.spawn(async move { timeout(PATIENCE, shake_hands(&target)).await });
    }
    let mut honest = Honest::default();
    while let Some(client) = clients.join_next().await {
        match client {
            Ok(Ok(Ok(time))) => honest.times.push(time),
            _ => honest.failed += 1,
        }
    }
    honest
}

/// The time until the connection is there; it has to work then.
async fn shake_hands(target: &Target) -> Result<Duration> {
    let started = Instant::now();
    let connection = target.connector.connect(&target.tls).await?;
    let time = started.elapsed();
    echo(connection, b"hello").await?;
    Ok(time)
}
