//! The client side of plain TCP, against the same bare server in every arm but
//! the one that says otherwise.

use std::net::SocketAddr;

use tower_socket::{Connector, TcpConnector};

use super::{Result, bare, ours};
use crate::harness::{Arm, Operation};

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let address = bare::closing_server().await?;
    let (server, of_ours) = ours::listen().await?;
    tokio::spawn(ours::close_all(server));
    Ok(vec![
        Arm::baseline("tokio, nodelay", tokio(address)),
        Arm::control(tokio(address)),
        Arm::new("TcpConnector, Uri", 1.015, tcp_connector(address)?),
        Arm::new("TcpConnector, Uri; TcpServer", 1.02, tcp_connector(of_ours)?),
        Arm::new("Connector, &str", 1.03, connector(address)),
    ])
}

fn tokio(address: SocketAddr) -> impl Operation {
    async move || bare::close_after_end(bare::connect(address).await?).await
}

fn tcp_connector(address: SocketAddr) -> Result<impl Operation> {
    let (mut connector, uri) = (TcpConnector::new(), ours::uri(address)?);
    Ok(async move || ours::close_after_end(ours::connect(&mut connector, uri.clone()).await?).await)
}

/// With everything it has by default, from text each time.
fn connector(address: SocketAddr) -> impl Operation {
    let (connector, text) = (Connector::new(), format!("tcp://{address}"));
    async move || ours::close_after_end(connector.connect(&text).await?).await
}
