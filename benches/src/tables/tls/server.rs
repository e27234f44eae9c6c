//! Full handshakes by different servers, with the same bare client.

use tokio_rustls::TlsAcceptor;

use super::{
    super::{Result, pki::Pki},
    clients::{TokioRustls, in_turn},
    servers,
};
use crate::harness::{Arm, Bar, Subject};

const LISTENER: &str = "tls-listener";

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    let config = pki.client()?;
    let bare = servers::tokio_rustls(pki.server()?).await?;
    let listener = servers::tls_listener(TlsAcceptor::from(pki.server()?)).await?;
    let layer = servers::tls_accept_layer(pki.server_tls()?).await?;
    let (server, standing) = servers::server(&pki).await?;
    let client = |address| in_turn(TokioRustls::new(config.clone(), address));
    Ok(vec![
        Arm::new(Subject::baseline("tokio-rustls, nodelay"), client(bare)),
        Arm::new(Subject::control(), client(bare)),
        Arm::new(Subject::peer(LISTENER), client(listener)),
        Arm::new(ours("TlsAcceptLayer, TcpServer"), client(layer)),
        Arm::new(ours("Server, every layer"), client(server)).keeping(standing),
    ])
}

fn ours(name: &str) -> Subject {
    Subject::ours(name).reaches(Bar::AtMost(1.015)).reaches(Bar::Within(0.005, LISTENER))
}
