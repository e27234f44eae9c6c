//! Who shakes hands as a server, and sends a byte to whoever comes through.

use std::{net::SocketAddr, sync::Arc};

use futures_util::{Stream, StreamExt};
use rustls::{ServerConfig, pki_types::ServerName};
use tls_listener::{AsyncTls, Builder};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client::TlsStream};
use tower::Layer;
use tower_socket::{
    Connection, Error, Incoming,
    layers::{TlsAcceptLayer, tls::ServerTls},
};

use super::super::{Result, bare, ours, pki::Pki};
use crate::harness::BoxError;

/// One connection after the other.
pub(crate) async fn tokio_rustls(config: Arc<ServerConfig>) -> Result<SocketAddr> {
    let acceptor = TlsAcceptor::from(config);
    let (listener, address) = bare::listen().await?;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await?;
            greet(acceptor.accept(stream).await?).await?;
        }
        #[allow(unreachable_code, reason = "the type of the errors")]
        Ok::<(), BoxError>(())
    });
    Ok(address)
}

/// Side by side, each way of shaking hands that tls-listener has.
pub(crate) async fn tls_listener<T>(tls: T) -> Result<SocketAddr>
where
    T: AsyncTls<TcpStream> + Send + Unpin + 'static,
    T::Stream: AsyncWrite + Send + Unpin,
    T::AcceptFuture: Send,
    T::Error: Send + Sync + 'static,
{
    tls_listener_of(&tls_listener::builder(tls)).await
}

/// With other settings.
pub(crate) async fn tls_listener_of<T>(builder: &Builder<T>) -> Result<SocketAddr>
where
    T: AsyncTls<TcpStream> + Send + Unpin + 'static,
    T::Stream: AsyncWrite + Send + Unpin,
    T::AcceptFuture: Send,
    T::Error: Send + Sync + 'static,
{
    let (listener, address) = bare::listen().await?;
    let mut server = builder.listen(listener);
    tokio::spawn(async move {
        while let Some(accepted) = server.next().await {
            let Ok((stream, _)) = accepted else { continue };
            greet(stream).await?;
        }
        Ok::<(), BoxError>(())
    });
    Ok(address)
}

/// `TlsAcceptLayer` over `TcpServer`.
pub(crate) async fn tls_accept_layer(tls: ServerTls) -> Result<SocketAddr> {
    let (server, address) = ours::listen().await?;
    tokio::spawn(serve(TlsAcceptLayer::new(tls).layer(server)));
    Ok(address)
}

/// `Server` with every layer, where one connection stays open, as others are
/// when one more comes. With the client's end of that one.
pub(crate) async fn server(pki: &Pki) -> Result<(SocketAddr, TlsStream<TcpStream>)> {
    let builder = ours::every_layer().tls(pki.server_tls()?);
    let mut server = builder.bind("tls://127.0.0.1:0").await?;
    let address = ours::address(&server)?;
    let stream = bare::connect(address).await?;
    let name = ServerName::IpAddress(address.ip().into());
    let connecting = TlsConnector::from(pki.client()?).connect(name, stream);
    let (standing, first) = tokio::join!(connecting, server.accept());
    tokio::spawn(async move {
        let _first = first;
        serve(server).await
    });
    Ok((address, standing?))
}

pub(crate) async fn serve(server: impl Stream<Item = Result<Connection, Error>>) -> Result<()> {
    let mut server = std::pin::pin!(server);
    while let Some(accepted) = server.next().await {
        let Ok(connection) = accepted else { continue };
        greet(connection).await?;
    }
    Ok(())
}

/// Sends one byte and closes.
async fn greet(mut io: impl AsyncWrite + Unpin) -> Result<()> {
    io.write_all(b"!").await?;
    Ok(io.flush().await?)
}
