//! A server that sends its tickets and then its first byte: with Nagle's
//! algorithm the byte waits for the client's delayed acknowledgement.

use std::net::SocketAddr;

use futures_util::StreamExt;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use tower::Layer;
use tower_socket::layers::TlsAcceptLayer;

use super::{
    super::{Result, bare, ours, pki::Pki},
    clients::{TokioRustls, in_turn},
};
use crate::harness::{Arm, Bar, BoxError, Subject};

pub(crate) async fn arms() -> Result<Vec<Arm>> {
    let pki = Pki::new(&["localhost", "127.0.0.1"])?;
    let config = pki.client()?;
    let delaying = serve(&pki, TcpListener::bind("127.0.0.1:0").await?)?;
    let (listener, _) = bare::listen().await?;
    let bare = serve(&pki, listener)?;
    let layer = serve_ours(&pki).await?;
    let client = |address| in_turn(TokioRustls::new(config.clone(), address));
    let ours = Subject::ours("TlsAcceptLayer, TcpServer").reaches(Bar::PerSecond(500.0));
    Ok(vec![
        Arm::new(Subject::baseline("tokio-rustls, no nodelay"), client(delaying)),
        Arm::new(Subject::control(), client(delaying)),
        Arm::new(Subject::peer("tokio-rustls, nodelay"), client(bare)),
        Arm::new(ours, client(layer)),
    ])
}

fn serve(pki: &Pki, listener: TcpListener) -> Result<SocketAddr> {
    let (acceptor, address) = (TlsAcceptor::from(pki.server()?), listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            greet(acceptor.accept(stream).await?).await?;
        }
        Ok::<_, BoxError>(())
    });
    Ok(address)
}

async fn serve_ours(pki: &Pki) -> Result<SocketAddr> {
    let (server, address) = ours::listen().await?;
    let mut server = TlsAcceptLayer::new(pki.server_tls()?).layer(server);
    tokio::spawn(async move {
        while let Some(accepted) = server.next().await {
            greet(accepted?).await?;
        }
        Ok::<_, BoxError>(())
    });
    Ok(address)
}

/// Sends one byte, and leaves it to the client to close: closing sends what
/// waits.
async fn greet(mut io: impl AsyncRead + AsyncWrite + Unpin) -> Result<()> {
    io.write_all(b"!").await?;
    io.flush().await?;
    // A reset is how the client closes.
    let _ = io.read(&mut [0]).await;
    Ok(())
}
