//! The server facade.

mod binding;
mod control;
mod limits;
mod merged;
mod secure;

use std::time::Duration;

use tokio::time::timeout;
use tower_socket::{
    Connection, Connector, Error, Incoming, Server,
    layers::tls::{ClientTls, Identity, Roots, ServerTls},
    server::ServerBuilder,
};

use crate::support::certificates::Authority;

/// Both sides' view of TLS, for a server on this machine.
fn company() -> (ClientTls, ServerTls) {
    let authority = Authority::new();
    let leaf = authority.leaf(&["127.0.0.1"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(authority.certificate.pem());
    let client = ClientTls::builder().roots(roots).build().unwrap();
    (client, ServerTls::builder().identity(identity).build().unwrap())
}

/// A builder that knows a certificate, and a connector that trusts it.
fn secure() -> (ServerBuilder, Connector) {
    let (client, tls) = company();
    (Server::builder().tls(tls), Connector::builder().tls(client).build())
}

/// A client of a server, by its address.
async fn connect(server: &Server) -> Connection {
    Connector::new().connect(server.handle().address().unwrap()).await.unwrap()
}

async fn accepted(server: &mut Server) -> Connection {
    server.accept().await.expect("it is open").expect("a connection")
}

async fn refused(server: &mut Server) -> Error {
    server.accept().await.expect("it is open").expect_err("no connection")
}

/// With the clock paused: time passes once all sockets were looked at.
async fn nobody_comes(server: &mut Server) {
    assert!(timeout(Duration::from_secs(1), server.accept()).await.is_err(), "somebody came");
}
