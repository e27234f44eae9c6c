//! Who shakes hands as a client.

use std::{net::SocketAddr, sync::Arc};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use rustls::{ClientConfig, HandshakeKind, pki_types::ServerName};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_rustls::TlsConnector;
use tower::{Layer, Service};
use tower_socket::{
    Connection, Connector, Error, TcpConnector,
    layers::{TlsLayer, tls::ClientTls},
};

use super::super::{Result, bare, ours, peers};
use crate::harness::Operation;

/// Connects, shakes hands, reads the byte the server sends, and closes.
pub(crate) trait Client: Clone + Send + 'static {
    /// Whether an earlier session was resumed.
    fn shake(&mut self) -> impl Future<Output = Result<bool>> + Send;
}

/// One handshake after the other.
pub(crate) fn in_turn(mut client: impl Client) -> impl Operation {
    async move || client.shake().await.map(drop)
}

/// Over tokio's connect with nodelay.
#[derive(Clone)]
pub(crate) struct TokioRustls {
    connector: TlsConnector,
    address: SocketAddr,
}

impl TokioRustls {
    pub(crate) fn new(config: Arc<ClientConfig>, address: SocketAddr) -> Self {
        Self { connector: TlsConnector::from(config), address }
    }
}

impl Client for TokioRustls {
    async fn shake(&mut self) -> Result<bool> {
        let stream = bare::connect(self.address).await?;
        let name = ServerName::IpAddress(self.address.ip().into());
        let mut stream = self.connector.connect(name, stream).await?;
        greeting(&mut stream).await?;
        let (socket, session) = stream.get_ref();
        bare::reset(socket)?;
        Ok(resumed(session.handshake_kind()))
    }
}

/// Over hyper-util's `HttpConnector` with nodelay.
#[derive(Clone)]
pub(crate) struct HyperRustls {
    connector: HttpsConnector<HttpConnector>,
    uri: Uri,
}

impl HyperRustls {
    pub(crate) fn new(config: &Arc<ClientConfig>, address: SocketAddr) -> Result<Self> {
        let uri = format!("https://{address}").parse()?;
        Ok(Self { connector: peers::https_connector(config), uri })
    }
}

impl Client for HyperRustls {
    async fn shake(&mut self) -> Result<bool> {
        let stream = peers::call(&mut self.connector, self.uri.clone()).await?;
        let mut stream = TokioIo::new(stream);
        greeting(&mut stream).await?;
        let MaybeHttpsStream::Https(stream) = stream.inner() else { return Err("no TLS".into()) };
        let (socket, session) = stream.inner().get_ref();
        bare::reset(socket.inner().inner())?;
        Ok(resumed(session.handshake_kind()))
    }
}

/// Any connector of ours.
#[derive(Clone)]
pub(crate) struct Ours<S> {
    connector: S,
    uri: Uri,
}

/// `TlsLayer` over `TcpConnector`.
pub(crate) fn tls_layer(tls: ClientTls, address: SocketAddr) -> Result<impl Client> {
    let connector = TlsLayer::new(tls).layer(TcpConnector::new());
    Ok(Ours { connector, uri: ours::uri(address)? })
}

impl<S> Client for Ours<S>
where
    S: Service<Uri, Response = Connection, Error = Error, Future: Send> + Clone + Send + 'static,
{
    async fn shake(&mut self) -> Result<bool> {
        let connection = ours::connect(&mut self.connector, self.uri.clone()).await?;
        finish(connection).await
    }
}

/// `Connector` with its defaults, from text each time.
#[derive(Clone)]
pub(crate) struct Facade {
    connector: Connector,
    text: String,
}

impl Facade {
    pub(crate) fn new(tls: ClientTls, address: SocketAddr) -> Self {
        let connector = Connector::builder().tls(tls).build();
        Self { connector, text: format!("tls://{address}") }
    }
}

impl Client for Facade {
    async fn shake(&mut self) -> Result<bool> {
        finish(self.connector.connect(&self.text).await?).await
    }
}

async fn finish(mut connection: Connection) -> Result<bool> {
    greeting(&mut connection).await?;
    ours::reset(&connection)?;
    Ok(connection.info().tls().is_some_and(|tls| tls.is_resumed()))
}

async fn greeting(io: &mut (impl AsyncRead + Unpin)) -> Result<()> {
    io.read_exact(&mut [0]).await?;
    Ok(())
}

fn resumed(kind: Option<HandshakeKind>) -> bool {
    kind == Some(HandshakeKind::Resumed)
}
