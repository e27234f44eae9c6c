//! Full TLS 1.3 handshakes.

use std::net::SocketAddr;

use futures_util::{Stream, StreamExt};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tower::Layer;
use tower_socket::{
    Connection, Error, TcpConnector,
    layers::{TlsAcceptLayer, TlsLayer},
};

use super::{Result, bare, ours, pki::Pki};
use crate::harness::{Arm, Operation};

/// What the client side may cost, or the server side, or both together.
const BAR: f64 = 1.025;

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    let bare_server = bare_server(&pki).await?;
    let our_server = our_server(&pki).await?;
    let connector = TlsConnector::from(pki.client()?);
    Ok(vec![
        Arm::baseline("tokio-rustls, nodelay", tokio_rustls(&connector, bare_server)),
        Arm::control(tokio_rustls(&connector, bare_server)),
        Arm::new("TlsLayer", BAR, tls_layer(&pki, bare_server)?),
        Arm::new("TlsAcceptLayer", BAR, tokio_rustls(&connector, our_server)),
        Arm::new("TlsLayer; TlsAcceptLayer", BAR, tls_layer(&pki, our_server)?),
    ])
}

async fn bare_server(pki: &Pki) -> Result<SocketAddr> {
    let acceptor = TlsAcceptor::from(pki.server()?);
    let (listener, address) = bare::listen().await?;
    tokio::spawn(serve_bare(listener, acceptor));
    Ok(address)
}

/// Shakes hands, one connection after the other.
async fn serve_bare(listener: TcpListener, acceptor: TlsAcceptor) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        greet(acceptor.accept(stream).await?).await?;
    }
}

async fn our_server(pki: &Pki) -> Result<SocketAddr> {
    let (server, address) = ours::listen().await?;
    tokio::spawn(serve(TlsAcceptLayer::new(pki.server_tls()?).layer(server)));
    Ok(address)
}

async fn serve(server: impl Stream<Item = Result<Connection, Error>>) -> Result<()> {
    let mut server = std::pin::pin!(server);
    while let Some(connection) = server.next().await {
        greet(connection?).await?;
    }
    Ok(())
}

/// Sends one byte and closes.
async fn greet(mut io: impl AsyncWrite + Unpin) -> Result<()> {
    io.write_all(b"!").await?;
    Ok(io.flush().await?)
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

fn tls_layer(pki: &Pki, address: SocketAddr) -> Result<impl Operation + use<>> {
    let mut connector = TlsLayer::new(pki.client_tls()?).layer(TcpConnector::new());
    let uri = ours::uri(address)?;
    Ok(async move || {
        let mut connection = ours::connect(&mut connector, uri.clone()).await?;
        connection.read_exact(&mut [0]).await?;
        ours::reset(&connection)
    })
}
