//! A gRPC server behind TLS that demands a certificate, with a limit: what is
//! one connection too many is `UNAVAILABLE`.

use std::{env, time::Duration};

use tonic::{Request, Status, transport::Server};
use tonic_health::{ServingStatus, pb::health_server::HealthServer, server::HealthService};
use tower::ServiceBuilder;
use tower_socket::{
    BoxError, ConnectionInfo, Incoming, TcpServer,
    layers::{
        LimitLayer, TlsAcceptLayer,
        tls::{Identity, Roots, ServerTls},
    },
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [uri, certificate, client_roots, limit] = arguments.as_slice() else {
        return Err("tonic_server ADDRESS CERTIFICATE CLIENT_ROOTS LIMIT".into());
    };
    let tls = ServerTls::builder()
        .identity(Identity::pem_file(certificate))
        .require_client_certificate(Roots::none().pem_file(client_roots))
        .alpn(["h2"])
        .build()?;
    let server = ServiceBuilder::new()
        .layer(TlsAcceptLayer::new(tls))
        .layer(LimitLayer::new(limit.parse()?))
        .service(TcpServer::bind(uri.as_str()).await?);
    let handle = server.handle();
    println!("Listening on {}", handle.address().expect("it is open"));

    let (reporter, _) = tonic_health::server::health_reporter();
    reporter.set_service_status("", ServingStatus::Serving).await;
    let health = HealthServer::with_interceptor(HealthService::from_health_reporter(reporter), log);
    let draining = handle.clone();
    let serving = Server::builder()
        .add_service(health)
        .serve_with_incoming_shutdown(server, async move { draining.draining().await });
    let serving = tokio::spawn(serving);
    tokio::signal::ctrl_c().await?;
    handle.drain(Duration::from_secs(10)).await;
    Ok(serving.await??)
}

fn log(request: Request<()>) -> Result<Request<()>, Status> {
    let info = request.extensions().get::<ConnectionInfo>().expect("every request has one");
    let certificates = info.tls().map_or(0, |tls| tls.peer_certificates().len());
    println!("{:?} with {certificates} certificate(s)", info.peer_address());
    Ok(request)
}
