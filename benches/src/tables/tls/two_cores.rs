//! Full handshakes on a runtime of two threads, 64 at a time: whether a server
//! uses the second one.

use tls_listener::SpawningHandshakes;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{
    super::{
        Result,
        pki::{Key, Pki},
    },
    clients::{Client, TokioRustls},
    resumed::AT_A_TIME,
    servers,
};
use crate::harness::{Arm, Bar, Operation, Subject};

const LISTENER: &str = "tls-listener";

/// Our server is to be this much faster than tls-listener with its defaults.
pub(crate) async fn arms(key: Key, faster: f64) -> Result<Vec<Arm>> {
    let pki = Pki::with_key(&["localhost", "127.0.0.1"], key)?;
    let config = pki.client()?;
    let listener = servers::tls_listener(TlsAcceptor::from(pki.server()?)).await?;
    let spawning = SpawningHandshakes(TlsAcceptor::from(pki.server()?));
    let spawning = servers::tls_listener(spawning).await?;
    let layer = servers::tls_accept_layer(pki.server_tls()?).await?;
    let clients = |address| spawned(TokioRustls::new(config.clone(), address));
    let bar = Bar::Faster(faster, LISTENER);
    Ok(vec![
        Arm::new(Subject::baseline(LISTENER), clients(listener)),
        Arm::new(Subject::control(), clients(listener)),
        Arm::new(Subject::peer("tls-listener, SpawningHandshakes"), clients(spawning)),
        Arm::new(Subject::ours("TlsAcceptLayer, TcpServer").reaches(bar), clients(layer)),
    ])
}

fn spawned(client: impl Client) -> impl Operation {
    async move || {
        let mut handshakes = JoinSet::new();
        for _ in 0..AT_A_TIME {
            let mut client = client.clone();
            handshakes.spawn(async move { client.shake().await });
        }
        while let Some(handshake) = handshakes.join_next().await {
            handshake??;
        }
        Ok(())
    }
}
