//! TLS over real sockets and over pipes, on both sides.

mod acceptor;
mod connector;
mod failure;
mod hello;
mod names;
#[cfg(feature = "dns")]
mod nesting;
mod refusal;
mod server;
mod start_tls;
mod stream;
mod transfer;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceBuilder;
use tower_layer::Layer;
use tower_socket::{
    Connection, Error, Incoming, TcpConnector, TcpServer,
    layers::{
        TlsLayer,
        tls::{
            ClientTls, ClientTlsBuilder, Identity, Roots, ServerTls, Tls, TlsAccept, TlsAcceptLayer,
        },
    },
};

use crate::support::certificates::{Authority, Leaf};

/// Both sides of one made-up company.
struct Company {
    authority: Authority,
    leaf: Leaf,
    client: ClientTls,
    server: ServerTls,
}

impl Company {
    /// Its server's certificate is for these names.
    fn new(names: &[&str]) -> Self {
        let authority = Authority::new();
        let leaf = authority.leaf(names);
        let client = trusting(&authority).build().unwrap();
        let server = server_of(&leaf);
        Self { authority, leaf, client, server }
    }

    fn trusting(&self) -> ClientTlsBuilder {
        trusting(&self.authority)
    }

    fn identity(&self) -> Identity {
        identity(&self.leaf)
    }

    /// Its server's certificate is for this machine.
    fn local() -> Self {
        Self::new(&["127.0.0.1", "localhost"])
    }

    async fn listen(&self) -> (TlsAccept<TcpServer>, String) {
        listen(TlsAcceptLayer::new(self.server.clone())).await
    }

    fn connector(&self) -> Tls<TcpConnector> {
        TlsLayer::new(self.client.clone()).layer(TcpConnector::new())
    }

    /// A connection as each side sees it, and the server.
    async fn connection(&self) -> (Connection, Connection, TlsAccept<TcpServer>) {
        let (mut server, uri) = self.listen().await;
        let (client, accepted) = tokio::join!(connect(self.connector(), &uri), server.accept());
        (client.unwrap(), accepted.unwrap().unwrap(), server)
    }
}

fn trusting(authority: &Authority) -> ClientTlsBuilder {
    ClientTls::builder().roots(Roots::none().pem(authority.certificate.pem()))
}

fn identity(leaf: &Leaf) -> Identity {
    Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem())
}

fn server_of(leaf: &Leaf) -> ServerTls {
    ServerTls::builder().identity(identity(leaf)).build().unwrap()
}

async fn listen(layer: TlsAcceptLayer) -> (TlsAccept<TcpServer>, String) {
    let below = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let server = ServiceBuilder::new().layer(layer).service(below);
    let uri = server.handle().address().unwrap().to_string();
    (server, uri)
}

async fn connect<S>(connector: S, uri: &str) -> Result<Connection, S::Error>
where
    S: tower::Service<http::Uri, Response = Connection>,
{
    tower::ServiceExt::oneshot(connector, uri.parse().unwrap()).await
}

async fn read_to_end(mut io: impl AsyncRead + Unpin) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    io.read_to_end(&mut all).await.map(|_| all)
}

async fn write_and_shutdown(io: &mut Connection, data: &[u8]) {
    io.write_all(data).await.unwrap();
    io.shutdown().await.unwrap();
}

/// A client that speaks no TLS.
async fn plain(uri: &str) -> (TcpStream, String) {
    let stream = TcpStream::connect(uri.strip_prefix("tls://").unwrap()).await.unwrap();
    let address = format!("tcp://{}", stream.local_addr().unwrap());
    (stream, address)
}

async fn failed(server: &mut TlsAccept<TcpServer>) -> Error {
    server.accept().await.unwrap().unwrap_err()
}
