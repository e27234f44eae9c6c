//! Connections that come and go while handlers return, panic and are cancelled:
//! never more of them than the limit, and in the end every place is free.

mod clients;
mod gauge;
mod handlers;

use std::time::Instant;

use clap::Args;
use tower_socket::{
    Incoming, Server,
    layers::{LimitLayer, Overflow},
};

use self::{
    clients::{SOURCES, Tally},
    gauge::Gauges,
    handlers::{Fates, Handled},
};
use crate::{Result, report::Report};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Connects for each way of turning away
    #[arg(long, default_value_t = 100_000)]
    connects: usize,

    /// Clients at a time
    #[arg(long, default_value_t = 32)]
    clients: usize,

    /// Connections that may be open
    #[arg(long, default_value_t = 16)]
    limit: usize,

    /// Of those, from one source
    #[arg(long, default_value_t = 6)]
    per_source: usize,

    /// What decides which handler does what, and when
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Whoever is one too many is turned away, then only those whose source is.
pub(crate) async fn run(options: &Options) -> Result<Report> {
    let mut report = Report::default();
    for (name, overflow) in [("close", Overflow::Close), ("wait", Overflow::Wait)] {
        let layer = LimitLayer::new(options.limit).per_source(options.per_source);
        let layer = layer.overflow(overflow);
        churn(&layer, options).await?.tell(name, options, &mut report);
        let places = places(&layer, options.limit).await?;
        report.exactly(format!("{name}: places in the end"), places, options.limit);
    }
    Ok(report)
}

/// What came of it.
struct Churn {
    seconds: f64,
    connected: Tally,
    handled: Handled,
    gauges: Gauges,
    left: usize,
}

async fn churn(layer: &LimitLayer, options: &Options) -> Result<Churn> {
    let server = Server::builder().limit(layer.clone()).bind("127.0.0.1:0").await?;
    let (handle, started) = (server.handle(), Instant::now());
    let address = handle.address().and_then(|address| address.socket_addr()).ok_or("no address")?;
    let gauges = Gauges::new(layer.connections().clone());
    let fates = Fates::new(options.seed);
    let serving = tokio::spawn(handlers::serve(server, gauges.clone(), fates));
    let connected = clients::connect(address, options.connects, options.clients).await?;
    handle.close();
    let handled = serving.await?;
    let seconds = started.elapsed().as_secs_f64();
    let left = layer.connections().len() + gauges.now();
    Ok(Churn { seconds, connected, handled, gauges, left })
}

impl Churn {
    fn tell(&self, name: &str, options: &Options, report: &mut Report) {
        let Tally { connects, answered } = self.connected;
        let Handled { returned, panicked, cancelled, turned_away } = self.handled;
        let (served, gauges) = (returned + panicked + cancelled, &self.gauges);
        report.figure(format!("{name}: seconds"), format!("{:.1}", self.seconds));
        report.figure(format!("{name}: served, answered"), format!("{served} {answered}"));
        report.figure(
            format!("{name}: returned, panicked, cancelled"),
            format!("{returned} {panicked} {cancelled}"),
        );
        report.figure(format!("{name}: turned away"), turned_away);
        report.exactly(format!("{name}: connects"), served + turned_away, connects);
        report.exactly(format!("{name}: open at once"), gauges.most(), options.limit);
        report.exactly(format!("{name}: listed at once"), gauges.most_listed(), options.limit);
        let from_one = gauges.most_from_one();
        report.exactly(format!("{name}: from one source at once"), from_one, options.per_source);
        report.exactly(format!("{name}: open in the end"), self.left, 0);
    }
}

/// How many connections another server with the same layer lets in.
async fn places(layer: &LimitLayer, limit: usize) -> Result<usize> {
    let layer = layer.clone().overflow(Overflow::Close);
    let mut server = Server::builder().limit(layer).bind("127.0.0.1:0").await?;
    let address = server.handle().address().and_then(|address| address.socket_addr());
    let address = address.ok_or("no address")?;
    let mut kept = Vec::new();
    for source in (0..SOURCES).cycle().take(limit + 1) {
        let client = clients::connect_from(source, address).await?;
        match server.accept().await {
            Some(Ok(connection)) => kept.push((client, connection)),
            _ => break,
        }
    }
    Ok(kept.len())
}
