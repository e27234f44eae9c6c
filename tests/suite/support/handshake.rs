//! Handshakes over a pipe in memory, with nothing of this crate but its
//! configuration.

use std::io;

use rustls::{
    ClientConnection, ServerConnection,
    crypto::{CryptoProvider, hash::HashAlgorithm},
    pki_types::ServerName,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tower_socket::layers::tls::{ClientTls, ServerTls};

pub(crate) type Client = io::Result<ClientConnection>;
pub(crate) type Server = io::Result<ServerConnection>;

/// A handshake and one round trip, as each side saw it.
pub(crate) async fn handshake(
    client: &ClientTls,
    name: &str,
    server: &ServerTls,
) -> (Client, Server) {
    let (near, far) = duplex(64 * 1024);
    let name = ServerName::try_from(name.to_owned()).unwrap();
    tokio::join!(connect(client, name, near), accept(server, far))
}

/// What the client has to say to a handshake.
pub(crate) async fn verdict(
    client: &ClientTls,
    name: &str,
    server: &ServerTls,
) -> Result<(), String> {
    let (client, _) = handshake(client, name, server).await;
    client.map(drop).map_err(|error| error.to_string())
}

async fn connect(tls: &ClientTls, name: ServerName<'static>, pipe: DuplexStream) -> Client {
    let connector = TlsConnector::from(tls.config().map_err(io::Error::from)?);
    let mut stream = connector.connect(name, pipe).await?;
    stream.write_all(b"ping").await?;
    stream.flush().await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    Ok(stream.into_inner().1)
}

async fn accept(tls: &ServerTls, pipe: DuplexStream) -> Server {
    let mut stream = TlsAcceptor::from(tls.config()).accept(pipe).await?;
    let mut question = [0; 4];
    stream.read_exact(&mut question).await?;
    stream.write_all(&question).await?;
    stream.flush().await?;
    Ok(stream.into_inner().1)
}

/// The crate's default.
pub(crate) fn provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    return rustls::crypto::ring::default_provider();
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    let suites = provider().cipher_suites;
    let mut hashes =
        suites.iter().filter_map(|suite| suite.tls13()).map(|suite| suite.common.hash_provider);
    let hash = hashes.find(|hash| hash.algorithm() == HashAlgorithm::SHA256).unwrap();
    hash.hash(data).as_ref().try_into().unwrap()
}
