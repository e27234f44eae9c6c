//! A server that sends its tickets and then its first byte: with Nagle's
//! algorithm the byte waits for the client's delayed acknowledgement.

use super::{
    super::{Result, pki::Pki},
    clients::{TokioRustls, in_turn},
    servers,
};
use crate::harness::{Arm, Bar, Subject};

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    let config = pki.client()?;
    let delaying = servers::tokio_rustls_delaying(pki.server()?).await?;
    let bare = servers::tokio_rustls(pki.server()?).await?;
    let layer = servers::tls_accept_layer(pki.server_tls()?).await?;
    let client = |address| in_turn(TokioRustls::new(config.clone(), address));
    let ours = Subject::ours("TlsAcceptLayer, TcpServer").reaches(Bar::PerSecond(500.0));
    Ok(vec![
        Arm::new(Subject::baseline("tokio-rustls, no nodelay"), client(delaying)),
        Arm::new(Subject::control(), client(delaying)),
        Arm::new(Subject::peer("tokio-rustls, nodelay"), client(bare)),
        Arm::new(ours, client(layer)),
    ])
}
