//! The server side of plain TCP, with the same bare client in every arm.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tower::Layer;
use tower_socket::{Incoming, layers::LimitLayer};

use super::{Result, bare, ours};
use crate::harness::{Arm, Bar, Operation, Subject};

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let (server, plain) = ours::listen().await?;
    tokio::spawn(ours::close_all(server));
    let (server, limited) = ours::listen().await?;
    tokio::spawn(ours::close_all(LimitLayer::new(ours::LIMIT).layer(server)));
    let (layered, standing) = layered().await?;
    Ok(vec![
        Arm::new(Subject::baseline("TcpListener"), connect(bare::closing_server().await?)),
        Arm::new(Subject::control(), connect(bare::closing_server().await?)),
        Arm::new(reaching("TcpServer"), connect(plain)),
        Arm::new(reaching("LimitLayer, TcpServer"), connect(limited)),
        Arm::new(reaching("Server, every layer"), connect(layered)).keeping(standing),
    ])
}

fn reaching(name: &str) -> Subject {
    Subject::ours(name).reaches(Bar::AtMost(1.01))
}

/// Where one connection stays open, as others are when one more comes.
async fn layered() -> Result<(SocketAddr, TcpStream)> {
    let mut server = ours::every_layer().bind("127.0.0.1:0").await?;
    let address = ours::address(&server)?;
    let standing = bare::connect(address).await?;
    let first = server.accept().await;
    tokio::spawn(async move {
        let _first = first;
        ours::close_all(server).await
    });
    Ok((address, standing))
}

fn connect(address: SocketAddr) -> impl Operation {
    async move || bare::close_after_end(bare::connect(address).await?).await
}
