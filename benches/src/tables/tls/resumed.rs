//! Resumed handshakes, 64 at a time, by clients with their own session stores.

use futures_util::future::try_join_all;
use tokio_rustls::TlsAcceptor;

use super::{
    super::{Result, pki::Pki},
    clients::{Client, HyperRustls, TokioRustls, tls_layer},
    servers,
};
use crate::harness::{Arm, Bar, Operation, Share, Subject};

/// How many handshakes are under way.
pub(crate) const AT_A_TIME: u32 = 64;

const HYPER: &str = "hyper-rustls, nodelay";

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    let bare = servers::tokio_rustls(pki.server()?).await?;
    let listener = servers::tls_listener(TlsAcceptor::from(pki.server()?)).await?;
    let layer = servers::tls_accept_layer(pki.server_tls()?).await?;
    let tokio_rustls =
        || Ok::<_, crate::harness::BoxError>(TokioRustls::new(pki.resuming_client()?, bare));
    let ours = |server| tls_layer(pki.resuming_client_tls()?, server);
    Ok(vec![
        arm(Subject::baseline("tokio-rustls, nodelay"), tokio_rustls()?),
        arm(Subject::control(), tokio_rustls()?),
        arm(Subject::peer(HYPER), HyperRustls::new(&pki.resuming_client()?, bare)?),
        arm(reaching("TlsLayer, TcpConnector"), ours(bare)?),
        arm(Subject::peer("the same to tls-listener"), ours(listener)?),
        arm(reaching("the same to TlsAcceptLayer"), ours(layer)?),
    ])
}

fn reaching(name: &str) -> Subject {
    Subject::ours(name).reaches(Bar::Share(0.95)).reaches(Bar::Faster(1.25, HYPER))
}

fn arm(subject: Subject, client: impl Client) -> Arm {
    let share = Share::new("resumed");
    Arm::new(subject.counting(&share), at_a_time(client, share))
}

fn at_a_time(client: impl Client, resumed: Share) -> impl Operation {
    let mut clients = vec![client; AT_A_TIME as usize];
    async move || {
        let handshakes = try_join_all(clients.iter_mut().map(Client::shake)).await?;
        handshakes.into_iter().for_each(|kind| resumed.count(kind));
        Ok(())
    }
}
