//! Full TLS 1.3 handshakes.

use std::net::SocketAddr;

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{Result, bare, pki::Pki};
use crate::harness::{Arm, Operation};

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new()?;
    let address = bare_server(&pki).await?;
    let connector = TlsConnector::from(pki.client()?);
    Ok(vec![
        Arm::baseline("tokio-rustls, nodelay", tokio_rustls(&connector, address)),
        Arm::control(tokio_rustls(&connector, address)),
    ])
}

async fn bare_server(pki: &Pki) -> Result<SocketAddr> {
    let acceptor = TlsAcceptor::from(pki.server()?);
    let (listener, address) = bare::listen().await?;
    tokio::spawn(serve(listener, acceptor));
    Ok(address)
}

/// Shakes hands, sends one byte and closes; one connection after the other.
async fn serve(listener: TcpListener, acceptor: TlsAcceptor) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let mut stream = acceptor.accept(stream).await?;
        stream.write_all(b"!").await?;
        stream.flush().await?;
    }
}

fn tokio_rustls(connector: &TlsConnector, address: SocketAddr) -> impl Operation + use<> {
    let connector = connector.clone();
    async move || {
        let stream = bare::connect(address).await?;
        let name = ServerName::IpAddress(address.ip().into());
        let mut stream = connector.connect(name, stream).await?;
        stream.read_exact(&mut [0]).await?;
        bare::reset(stream.get_ref().0)
    }
}
