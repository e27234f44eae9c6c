//! Asks a gRPC server for its health, over our own TLS.

use std::env;

use tonic::transport::Endpoint;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tower::ServiceBuilder;
use tower_socket::{
    BoxError, TcpConnector,
    layers::{
        DnsLayer, TlsLayer,
        tls::{ClientTls, Identity, Roots},
    },
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [authority, roots, certificate] = arguments.as_slice() else {
        return Err("tonic_client HOST:PORT ROOTS CERTIFICATE".into());
    };
    let tls = ClientTls::builder()
        .roots(Roots::none().pem_file(roots))
        .identity(Identity::pem_file(certificate))
        .alpn(["h2"])
        .build()?;
    let connector = ServiceBuilder::new()
        .layer(DnsLayer::system())
        .layer(TlsLayer::new(tls))
        .service(TcpConnector::new());

    // tonic takes `https` for its own TLS: the scheme of the requests is that of
    // the origin.
    let channel = Endpoint::try_from(format!("http://{authority}"))?
        .origin(format!("https://{authority}").parse()?)
        .connect_with_connector(connector)
        .await?;
    let request = HealthCheckRequest { service: String::new() };
    let answer = HealthClient::new(channel).check(request).await?;
    println!("{}", answer.into_inner().status().as_str_name());
    Ok(())
}
