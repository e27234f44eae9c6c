//! What connects by name, with its defaults, and tokio-rustls above what has no
//! TLS of its own.

use std::{net::SocketAddr, pin::Pin};

use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower::ServiceExt;
use tower_socket::{Connector, layers::tls::ClientTls};

use super::{Result, network::PORT};

type Connecting = Pin<Box<dyn Future<Output = Result<SocketAddr>>>>;

pub(crate) type Client = (&'static str, fn(Option<ClientTls>) -> Connecting);

pub(crate) const CLIENTS: &[Client] = &[
    ("tower-socket", |tls| Box::pin(ours(tls))),
    ("hyper-util HttpConnector", |tls| Box::pin(secured(hyper(), tls))),
    ("tokio TcpStream", |tls| Box::pin(secured(tokio(), tls))),
    ("happy-eyeballs 0.2", |tls| Box::pin(secured(happy_eyeballs(), tls))),
    ("tokio-happy-eyeballs 0.1", |tls| Box::pin(secured(tokio_happy_eyeballs(), tls))),
];

pub(crate) const HOST: &str = "host.example";

async fn ours(tls: Option<ClientTls>) -> Result<SocketAddr> {
    let connection = match tls {
        None => Connector::new().connect((HOST, PORT)).await?,
        Some(tls) => {
            let connector = Connector::builder().tls(tls).build();
            connector.connect(format!("tls://{HOST}:{PORT}")).await?
        }
    };
    Ok(connection.peer_address().and_then(|peer| peer.socket_addr()).ok_or("no peer")?)
}

/// The race of the others ends before TLS begins.
async fn secured(
    connecting: impl Future<Output = Result<TcpStream>>,
    tls: Option<ClientTls>,
) -> Result<SocketAddr> {
    let stream = connecting.await?;
    let peer = stream.peer_addr()?;
    if let Some(tls) = tls {
        TlsConnector::from(tls.config()?).connect(HOST.try_into()?, stream).await?;
    }
    Ok(peer)
}

async fn hyper() -> Result<TcpStream> {
    let uri = format!("http://{HOST}:{PORT}").parse()?;
    let stream: TokioIo<TcpStream> = HttpConnector::new().oneshot(uri).await?;
    Ok(stream.into_inner())
}

async fn tokio() -> Result<TcpStream> {
    Ok(TcpStream::connect((HOST, PORT)).await?)
}

async fn happy_eyeballs() -> Result<TcpStream> {
    Ok(happy_eyeballs::tokio::connect((HOST, PORT)).await?)
}

async fn tokio_happy_eyeballs() -> Result<TcpStream> {
    Ok(tokio_happy_eyeballs::connect((HOST, PORT)).await?)
}
