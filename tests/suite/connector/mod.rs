//! The client facade.

mod deadline;
mod integrity;
mod names;
mod real;
mod replaced;
mod runtime;
mod schemes;
mod service;

use tower_socket::{
    Connection, Connector, Error, Incoming, Server,
    connector::ConnectorBuilder,
    layers::{
        dns::FixedHosts,
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
};

use crate::support::certificates::Authority;

/// Both sides' view of TLS, for a server with these names.
fn company(names: &[&str]) -> (ClientTls, ServerTls) {
    let authority = Authority::new();
    let leaf = authority.leaf(names);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(authority.certificate.pem());
    let client = ClientTls::builder().roots(roots).build().unwrap();
    (client, ServerTls::builder().identity(identity).build().unwrap())
}

/// Every port of 127.0.0.1, under a name.
fn example_com() -> ConnectorBuilder {
    Connector::builder().dns(FixedHosts::new().with("example.com", [[127, 0, 0, 1]]))
}

/// A TLS server for `example.com`, its port, and a connector that trusts it.
async fn secure() -> (Server, u16, Connector) {
    let (client, tls) = company(&["example.com"]);
    let server = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let port = port(&server);
    (server, port, example_com().tls(client).build())
}

fn port(server: &Server) -> u16 {
    server.handle().address().unwrap().port().unwrap()
}

/// Where nobody listens.
async fn closed_port() -> u16 {
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    port(&server)
}

/// What connecting to `uri` fails with.
async fn failure(connector: &Connector, uri: impl tower_socket::IntoUri) -> Error {
    connector.connect(uri).await.expect_err("it cannot work")
}

async fn accepted(server: &mut Server) -> Connection {
    server.accept().await.expect("it is open").expect("a connection")
}
