//! How long an honest client's handshake takes while others connect and say
//! nothing.

use std::{net::SocketAddr, time::Instant};

use tokio::{net::TcpStream, runtime::Builder};
use tokio_rustls::TlsAcceptor;
use tower::Layer;
use tower_socket::layers::TlsAcceptLayer;

use super::{
    Result, bare, ours,
    pki::Pki,
    tls::{
        clients::{Client, TokioRustls},
        servers,
    },
};
use crate::harness::{Bar, Report, Settings, Subject, order, quantile, raise_descriptor_limit};

const SILENT: usize = 2000;

/// Honest handshakes of each arm in a round.
const HONEST: usize = 100;

/// How far the control may stray: the slowest of a hundred is never calm.
const TOLERANCE: f64 = 0.25;

/// A server, and who is silent there.
struct Besieged {
    subject: Subject,
    client: TokioRustls,
    _silent: Vec<TcpStream>,
}

pub(crate) fn measure(settings: &Settings) -> Result<Report> {
    raise_descriptor_limit()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut arms = arms().await?;
        let mut samples = vec![Vec::new(); arms.len()];
        for round in 0..settings.rounds.div_ceil(4) as usize {
            for index in order(arms.len(), round) {
                samples[index].push(slowest_of_a_hundred(&mut arms[index].client).await?);
            }
        }
        let subjects = arms.into_iter().map(|arm| arm.subject);
        Ok(Report::new(subjects.zip(samples).collect(), TOLERANCE))
    })
}

async fn arms() -> Result<Vec<Besieged>> {
    let pki = Pki::new(&["127.0.0.1"])?;
    let layer = || Ok::<_, crate::harness::BoxError>(TlsAcceptLayer::new(pki.server_tls()?));
    let ours = |name: &str| Subject::ours(name).reaches(Bar::AtMost(2.0));
    let empty = serve(layer()?).await?;
    let slots = serve(layer()?.handshake_timeout(ours::HOUR)).await?;
    let roomy = serve(layer()?.handshake_timeout(ours::HOUR).slots(2 * SILENT)).await?;
    let listener = tls_listener::builder(TlsAcceptor::from(pki.server()?))
        .handshake_timeout(ours::HOUR)
        .to_owned();
    let listener = servers::tls_listener_of(&listener).await?;
    Ok(vec![
        besieged(&pki, Subject::baseline("nobody"), empty, 0).await?,
        besieged(&pki, Subject::control(), empty, 0).await?,
        besieged(&pki, Subject::peer("2,000 at tls-listener"), listener, SILENT).await?,
        besieged(&pki, ours("2,000 at TlsAcceptLayer"), slots, SILENT).await?,
        besieged(&pki, ours("2,000 at TlsAcceptLayer, 4,000 slots"), roomy, SILENT).await?,
    ])
}

async fn serve(layer: TlsAcceptLayer) -> Result<SocketAddr> {
    let (server, address) = ours::listen().await?;
    tokio::spawn(servers::serve(layer.layer(server)));
    Ok(address)
}

/// Whoever shakes hands after the silent ones was accepted after them.
async fn besieged(
    pki: &Pki,
    subject: Subject,
    address: SocketAddr,
    silent: usize,
) -> Result<Besieged> {
    let mut streams = Vec::new();
    for _ in 0..silent {
        let stream = bare::connect(address).await?;
        bare::reset(&stream)?;
        streams.push(stream);
    }
    let mut client = TokioRustls::new(pki.client()?, address);
    slowest_of_a_hundred(&mut client).await?;
    Ok(Besieged { subject, client, _silent: streams })
}

/// The 99th percentile, in microseconds.
async fn slowest_of_a_hundred(client: &mut TokioRustls) -> Result<f64> {
    let mut times = Vec::with_capacity(HONEST);
    for _ in 0..HONEST {
        let begin = Instant::now();
        client.shake().await?;
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    Ok(quantile(&times, 0.99))
}
