//! The server side of plain TCP, with the same bare client in every arm.

use std::net::SocketAddr;

use tower::Layer;
use tower_socket::layers::LimitLayer;

use super::{Result, bare, ours};
use crate::harness::{Arm, Operation};

/// More than are ever open.
const LIMIT: usize = 1000;

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let baseline = bare::closing_server().await?;
    let control = bare::closing_server().await?;
    let (server, plain) = ours::listen().await?;
    tokio::spawn(ours::close_all(server));
    let (server, limited) = ours::listen().await?;
    tokio::spawn(ours::close_all(LimitLayer::new(LIMIT).layer(server)));
    Ok(vec![
        Arm::baseline("TcpListener", connect(baseline)),
        Arm::control(connect(control)),
        Arm::new("TcpServer", 1.01, connect(plain)),
        Arm::new("LimitLayer over TcpServer", 1.01, connect(limited)),
    ])
}

fn connect(address: SocketAddr) -> impl Operation {
    async move || bare::close_after_end(bare::connect(address).await?).await
}
