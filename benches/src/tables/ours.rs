//! The same by tower-socket.

use std::{net::SocketAddr, time::Duration};

use futures_util::{Stream, StreamExt};
use http::Uri;
use tower::{Service, ServiceExt};
use tower_socket::{
    Connection, Error, Incoming, Server, TcpConnector, TcpServer,
    layers::{LimitLayer, access::AccessList},
    server::ServerBuilder,
};

use super::{Result, bare};

/// More than are ever open.
pub(crate) const LIMIT: usize = 20_000;

/// Longer than any measurement.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A server on a free port of the loopback, and what a client connects to.
pub(crate) async fn listen() -> Result<(TcpServer, SocketAddr)> {
    let server = TcpServer::bind("127.0.0.1:0").await?;
    let address = address(&server)?;
    Ok((server, address))
}

/// With every layer a server has but TLS, and room for all.
pub(crate) fn every_layer() -> ServerBuilder {
    Server::builder()
        .access(AccessList::allow_all())
        .limit(LimitLayer::new(LIMIT))
        .per_source(LIMIT)
        .idle_timeout(HOUR)
        .max_age(HOUR)
}

/// Where a server listens.
pub(crate) fn address(server: &impl Incoming) -> Result<SocketAddr> {
    let address = server.handle().address().and_then(|address| address.socket_addr());
    Ok(address.ok_or("the server is closed")?)
}

/// Closes whatever the server accepts.
pub(crate) async fn close_all(server: impl Stream<Item = Result<Connection, Error>>) -> Result<()> {
    let mut server = std::pin::pin!(server);
    while let Some(connection) = server.next().await {
        drop(connection?);
    }
    Ok(())
}

/// The URI of an address, to be connected to more than once.
pub(crate) fn uri(address: SocketAddr) -> Result<Uri> {
    Ok(Uri::try_from(address.to_string())?)
}

/// One connect of any connector, as tower has it.
pub(crate) async fn connect<S>(connector: &mut S, uri: Uri) -> Result<Connection>
where
    S: Service<Uri, Response = Connection, Error = Error>,
{
    Ok(connector.ready().await?.call(uri).await?)
}

/// Both ends of a new TCP connection.
pub(crate) async fn pair() -> Result<(Connection, Connection)> {
    let (mut server, address) = listen().await?;
    let client = connect(&mut TcpConnector::new(), uri(address)?).await?;
    let server = server.accept().await.ok_or("the server has ended")??;
    Ok((client, server))
}

/// What [`bare::close_after_end`] does.
pub(crate) async fn close_after_end(mut connection: Connection) -> Result<()> {
    bare::read_end(&mut connection).await?;
    reset(&connection)
}

/// Makes closing send a reset.
pub(crate) fn reset(connection: &Connection) -> Result<()> {
    bare::reset(connection.tcp().ok_or("this is not TCP")?)
}
