//! Full handshakes by different clients, with the same bare server.

use super::{
    super::{Result, pki::Pki},
    clients::{Facade, HyperRustls, TokioRustls, in_turn, tls_layer},
    servers,
};
use crate::harness::{Arm, Bar, Subject};

const HYPER: &str = "hyper-rustls, nodelay";

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    let server = servers::tokio_rustls(pki.server()?).await?;
    let config = pki.client()?;
    let bare = TokioRustls::new(config.clone(), server);
    Ok(vec![
        Arm::new(Subject::baseline("tokio-rustls, nodelay"), in_turn(bare.clone())),
        Arm::new(Subject::control(), in_turn(bare)),
        Arm::new(Subject::peer(HYPER), in_turn(HyperRustls::new(&config, server)?)),
        Arm::new(ours("TlsLayer, TcpConnector"), in_turn(tls_layer(pki.client_tls()?, server)?)),
        Arm::new(ours("Connector, from text"), in_turn(Facade::new(pki.client_tls()?, server))),
    ])
}

fn ours(name: &str) -> Subject {
    Subject::ours(name).reaches(Bar::AtMost(1.015)).reaches(Bar::Below(HYPER))
}
