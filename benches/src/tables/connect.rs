//! The client side of plain TCP, against the same bare server in every arm.

use std::net::SocketAddr;

use super::{Result, bare};
use crate::harness::{Arm, Operation};

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let address = bare::closing_server().await?;
    Ok(vec![Arm::baseline("tokio, nodelay", tokio(address)), Arm::control(tokio(address))])
}

fn tokio(address: SocketAddr) -> impl Operation {
    async move || bare::close_after_end(bare::connect(address).await?).await
}
