//! More clients than the server has descriptors.

use std::{collections::VecDeque, time::Duration};

use clap::Args;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{Result, clients, pki, process::Process, report::Report, serve::Wish};

const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Descriptors the server may have
    #[arg(long, default_value_t = 64)]
    descriptors: u64,

    /// Clients that connect
    #[arg(long, default_value_t = 200)]
    clients: usize,

    /// How long the server is watched while nothing changes
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

pub(crate) async fn run(options: &Options) -> Result<Report> {
    let certificate = pki::certificate()?;
    let mut command = Process::command(certificate.path())?;
    command.args(["--descriptors", &options.descriptors.to_string()]);
    let server = Process::start(command)?;
    let mut clients = connect(&server, options.clients).await?;
    let served = settle(&mut clients).await;
    let share = cpu_share(&server, Duration::from_secs(options.seconds)).await?;
    let back = replace_one(&mut clients, served).await?;
    let lost = drain(clients).await;
    let complaints = server.complaints()?.len();
    let mut report = Report::default();
    report.figure("clients, served at once", format!("{} {served}", options.clients));
    report.at_most("CPU of the waiting server", share * 100.0, 3.0, " % of a core");
    report.at_most("service back after", back.as_secs_f64() * 1e3, 100.0, " ms");
    report.at_most("clients lost", lost as f64, 0.0, "");
    report.at_most("errors told", complaints as f64, 1.0, "");
    Ok(report)
}

/// All of them ask for the same; not all of them are heard.
async fn connect(server: &Process, number: usize) -> Result<VecDeque<TcpStream>> {
    let address = clients::address(&server.tcp)?;
    let mut connected = VecDeque::new();
    for _ in 0..number {
        let mut client = clients::silent(address).await?;
        client.write_u8(Wish::Echo as u8).await?;
        connected.push_back(client);
    }
    Ok(connected)
}

/// How many are served, in the order in which they came.
async fn settle(clients: &mut VecDeque<TcpStream>) -> usize {
    let mut served = 0;
    for client in clients {
        match timeout(Duration::from_secs(1), client.read_u8()).await {
            Ok(Ok(_)) => served += 1,
            _ => break,
        }
    }
    served
}

/// The share of a core that the server uses while nothing changes.
async fn cpu_share(server: &Process, time: Duration) -> Result<f64> {
    let (before, started) = (server.cpu_time()?, Instant::now());
    sleep(time).await;
    let spent = server.cpu_time()?.saturating_sub(before);
    Ok(spent.as_secs_f64() / started.elapsed().as_secs_f64())
}

/// The time from one client's end to the first answer for the next.
async fn replace_one(clients: &mut VecDeque<TcpStream>, served: usize) -> Result<Duration> {
    let started = Instant::now();
    clients.pop_front();
    let next = clients.get_mut(served - 1).ok_or("every client is served")?;
    timeout(PATIENCE, next.read_u8()).await??;
    Ok(started.elapsed())
}

/// Ends one after the other; the number of those that were never served.
async fn drain(mut clients: VecDeque<TcpStream>) -> usize {
    let mut lost = 0;
    while let Some(mut client) = clients.pop_front() {
        let asked = client.write_all(b"x").await;
        let answer = timeout(PATIENCE, client.read_u8()).await;
        lost += usize::from(asked.is_err() || !matches!(answer, Ok(Ok(_))));
    }
    lost
}
