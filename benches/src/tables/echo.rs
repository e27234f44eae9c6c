//! Bytes there and back over one standing connection, both ends alike.

use std::net::SocketAddr;

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use tower::Layer;
use tower_socket::{
    Connection, Incoming, TcpConnector,
    layers::{TlsAcceptLayer, TlsLayer},
};

use super::{
    Result,
    bare::{self, Buffer},
    ours,
    pki::Pki,
};
use crate::harness::{Arm, Operation};

pub(crate) async fn plain<const SIZE: usize>(bar: f64) -> Result<Vec<Arm>> {
    Ok(vec![
        Arm::baseline("TcpStream", round_trip::<SIZE>(tcp().await?)),
        Arm::control(round_trip::<SIZE>(tcp().await?)),
        Arm::new("Connection", bar, round_trip::<SIZE>(connection().await?)),
    ])
}

pub(crate) async fn tls<const SIZE: usize>(bar: f64) -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    Ok(vec![
        Arm::baseline("TlsStream<TcpStream>", round_trip::<SIZE>(tokio_rustls(&pki).await?)),
        Arm::control(round_trip::<SIZE>(tokio_rustls(&pki).await?)),
        Arm::new("Connection", bar, round_trip::<SIZE>(tls_connection(&pki).await?)),
    ])
}

/// Writes `SIZE` bytes and reads as many back.
fn round_trip<const SIZE: usize>(mut io: impl AsyncRead + AsyncWrite + Unpin) -> impl Operation {
    let (sent, mut received) = (Buffer::<SIZE>::new(), Buffer::<SIZE>::new());
    async move || {
        io.write_all(&sent.0).await?;
        io.flush().await?;
        io.read_exact(&mut received.0).await?;
        Ok(())
    }
}

/// Both ends of a new TCP connection with nodelay.
async fn pair() -> Result<(TcpStream, TcpStream)> {
    let (listener, address) = bare::listen().await?;
    let client = bare::connect(address).await?;
    let (server, _) = listener.accept().await?;
    Ok((client, server))
}

async fn tcp() -> Result<TcpStream> {
    let (client, server) = pair().await?;
    tokio::spawn(bare::echo(server));
    Ok(client)
}

async fn tokio_rustls(pki: &Pki) -> Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let (client, server) = pair().await?;
    let acceptor = TlsAcceptor::from(pki.server()?);
    tokio::spawn(async move { bare::echo(acceptor.accept(server).await?).await });
    let name = ServerName::IpAddress(SocketAddr::ip(&client.peer_addr()?).into());
    Ok(TlsConnector::from(pki.client()?).connect(name, client).await?)
}

async fn connection() -> Result<Connection> {
    let (client, server) = ours::pair().await?;
    tokio::spawn(bare::echo(server));
    Ok(client)
}

async fn tls_connection(pki: &Pki) -> Result<Connection> {
    let (server, address) = ours::listen().await?;
    let mut server = TlsAcceptLayer::new(pki.server_tls()?).layer(server);
    tokio::spawn(async move { bare::echo(server.accept().await.ok_or("no client")??).await });
    let mut connector = TlsLayer::new(pki.client_tls()?).layer(TcpConnector::new());
    ours::connect(&mut connector, ours::uri(address)?).await
}
