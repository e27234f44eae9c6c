//! Bytes there and back over one standing connection, both ends alike.

use std::net::SocketAddr;

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};
use tower::Layer;
use tower_socket::{
    Connection, Incoming, TcpConnector,
    layers::{IdleTimeoutLayer, TlsAcceptLayer, TlsLayer},
};

use super::{
    Result,
    bare::{self, Buffer},
    ours,
    pki::Pki,
};
use crate::harness::{Arm, Bar, Operation, Subject};

pub(crate) async fn plain<const SIZE: usize>() -> Result<Vec<Arm>> {
    Ok(vec![
        Arm::new(Subject::baseline("TcpStream"), round_trip::<SIZE>(tcp().await?)),
        Arm::new(Subject::control(), round_trip::<SIZE>(tcp().await?)),
        Arm::new(Subject::peer("Box<dyn>"), round_trip::<SIZE>(boxed_tcp().await?)),
        Arm::new(ours("Connection", 1.01), round_trip::<SIZE>(connection().await?)),
        Arm::new(ours("with an idle timeout", 1.02), round_trip::<SIZE>(watched().await?)),
    ])
}

pub(crate) async fn tls<const SIZE: usize>() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    Ok(vec![
        Arm::new(Subject::baseline("TlsStream"), round_trip::<SIZE>(tokio_rustls(&pki).await?)),
        Arm::new(Subject::control(), round_trip::<SIZE>(tokio_rustls(&pki).await?)),
        Arm::new(Subject::peer("Box<dyn>"), round_trip::<SIZE>(boxed_tls(&pki).await?)),
        Arm::new(ours("Connection", 1.01), round_trip::<SIZE>(tls_connection(&pki).await?)),
        Arm::new(ours("with an idle timeout", 1.02), round_trip::<SIZE>(watched_tls(&pki).await?)),
    ])
}

fn ours(name: &str, most: f64) -> Subject {
    Subject::ours(name).reaches(Bar::AtMost(most))
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

/// Any transport, as a program without a type of its own has it.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

async fn boxed_tcp() -> Result<Box<dyn Io>> {
    let (client, server) = pair().await?;
    tokio::spawn(bare::echo(Box::new(server) as Box<dyn Io>));
    Ok(Box::new(client))
}

async fn tokio_rustls(pki: &Pki) -> Result<client::TlsStream<TcpStream>> {
    let (client, server) = tls_pair(pki).await?;
    tokio::spawn(bare::echo(server));
    Ok(client)
}

async fn boxed_tls(pki: &Pki) -> Result<Box<dyn Io>> {
    let (client, server) = tls_pair(pki).await?;
    tokio::spawn(bare::echo(Box::new(server) as Box<dyn Io>));
    Ok(Box::new(client))
}

async fn tls_pair(
    pki: &Pki,
) -> Result<(client::TlsStream<TcpStream>, server::TlsStream<TcpStream>)> {
    let (client, server) = pair().await?;
    let name = ServerName::IpAddress(SocketAddr::ip(&client.peer_addr()?).into());
    let (connector, acceptor) =
        (TlsConnector::from(pki.client()?), TlsAcceptor::from(pki.server()?));
    Ok(tokio::try_join!(connector.connect(name, client), acceptor.accept(server))?)
}

async fn connection() -> Result<Connection> {
    let (client, server) = ours::pair().await?;
    tokio::spawn(bare::echo(server));
    Ok(client)
}

async fn watched() -> Result<Connection> {
    let idle = IdleTimeoutLayer::new(ours::HOUR);
    let (server, address) = ours::listen().await?;
    let mut server = idle.layer(server);
    let client = ours::connect(&mut idle.layer(TcpConnector::new()), ours::uri(address)?).await?;
    tokio::spawn(bare::echo(server.accept().await.ok_or("the server has ended")??));
    Ok(client)
}

async fn tls_connection(pki: &Pki) -> Result<Connection> {
    let (server, address) = ours::listen().await?;
    let mut server = TlsAcceptLayer::new(pki.server_tls()?).layer(server);
    tokio::spawn(async move { bare::echo(server.accept().await.ok_or("no client")??).await });
    let mut connector = TlsLayer::new(pki.client_tls()?).layer(TcpConnector::new());
    ours::connect(&mut connector, ours::uri(address)?).await
}

async fn watched_tls(pki: &Pki) -> Result<Connection> {
    let idle = IdleTimeoutLayer::new(ours::HOUR);
    let (server, address) = ours::listen().await?;
    let mut server = idle.layer(TlsAcceptLayer::new(pki.server_tls()?).layer(server));
    tokio::spawn(async move { bare::echo(server.accept().await.ok_or("no client")??).await });
    let mut connector = idle.layer(TlsLayer::new(pki.client_tls()?).layer(TcpConnector::new()));
    ours::connect(&mut connector, ours::uri(address)?).await
}
