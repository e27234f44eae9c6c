//! tonic's client and server over our connectors and servers, with the health
//! service of gRPC.

use std::time::Duration;

use http::Uri;
use nix::sys::signal::Signal;
use tokio::task::JoinHandle;
use tonic::{
    Code, Request, Status,
    transport::{Channel, Endpoint, Server},
};
use tonic_health::{
    ServingStatus,
    pb::{HealthCheckRequest, health_client::HealthClient, health_server::HealthServer},
    server::HealthService,
};
use tower::ServiceBuilder;
use tower_socket::{
    Address, ConnectionInfo, Connector, Incoming, IntoUri, ServerHandle, TcpConnector, TcpServer,
    UnixConnector, UnixServer,
    layers::{
        FixedUriLayer, LimitLayer, TlsAcceptLayer, TlsLayer,
        tls::{ClientTls, Identity, Roots},
    },
};

use crate::{
    support::{Pki, Program, authority},
    web::{Seen, client_tls, example, server_tls},
};

/// A health service that says whom it has served.
async fn serve<S>(server: S) -> (ServerHandle, Seen<ConnectionInfo>, JoinHandle<()>)
where
    S: Incoming + Send + 'static,
{
    let (handle, seen) = (server.handle(), Seen::new());
    let (reporter, _) = tonic_health::server::health_reporter();
    reporter.set_service_status("", ServingStatus::Serving).await;
    let log = {
        let seen = seen.clone();
        move |request: Request<()>| {
            seen.push(request.extensions().get::<ConnectionInfo>().unwrap().clone());
            Ok::<_, Status>(request)
        }
    };
    let health = HealthService::from_health_reporter(reporter);
    let draining = handle.clone();
    let serving = Server::builder()
        .add_service(HealthServer::with_interceptor(health, log))
        .serve_with_incoming_shutdown(server, async move { draining.draining().await });
    let serving = tokio::spawn(async move { serving.await.unwrap() });
    (handle, seen, serving)
}

async fn check(channel: &Channel) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest { service: String::new() };
    match HealthClient::new(channel.clone()).check(request).await {
        Ok(answer) if answer.get_ref().status == 1 => Ok(ServingStatus::Serving),
        Ok(answer) => panic!("{answer:?}"),
        Err(status) => Err(status.code()),
    }
}

async fn assert_serves(channel: Channel) {
    assert_eq!(check(&channel).await, Ok(ServingStatus::Serving));
}

fn endpoint(address: &Address) -> Endpoint {
    Endpoint::try_from(address.to_string().replace("tcp://", "http://")).unwrap()
}

#[tokio::test]
async fn a_channel_connects_over_tcp_at_once_or_when_it_is_needed() {
    let (handle, seen, serving) = serve(TcpServer::bind("127.0.0.1:0").await.unwrap()).await;
    let endpoint = endpoint(&handle.address().unwrap());
    assert_serves(endpoint.connect_with_connector(Connector::new()).await.unwrap()).await;
    assert_serves(endpoint.connect_with_connector_lazy(Connector::new())).await;
    let seen = seen.all();
    assert!(seen.iter().all(|info| matches!(info.peer_address(), Some(Address::Tcp(_)))));
    assert_ne!(seen[0].id(), seen[1].id());
    handle.drain(Duration::from_secs(60)).await;
    serving.await.unwrap();
}

#[tokio::test]
async fn a_channel_connects_over_a_unix_socket() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("grpc socket");
    let (_handle, seen, _serving) = serve(UnixServer::bind(path.as_path()).await.unwrap()).await;

    let uri = path.as_path().into_uri().unwrap();
    let by_uri = Endpoint::from(uri).origin(Uri::from_static("http://server.example"));
    assert_serves(by_uri.connect_with_connector(UnixConnector::new()).await.unwrap()).await;

    let fixed = FixedUriLayer::new(path.as_path()).unwrap();
    let connector = ServiceBuilder::new().layer(fixed).service(UnixConnector::new());
    let by_layer = Endpoint::from_static("http://server.example");
    assert_serves(by_layer.connect_with_connector_lazy(connector)).await;
    assert_eq!(seen.all().len(), 2);
}

/// A limited server behind TLS that demands certificates.
async fn limited(pki: &Pki, limit: &LimitLayer) -> impl Incoming + Send + use<> {
    let roots = Roots::none().pem_file(&pki.root);
    let tls = server_tls(pki).require_client_certificate(roots).alpn(["h2"]).build().unwrap();
    ServiceBuilder::new()
        .layer(TlsAcceptLayer::new(tls))
        .layer(limit.clone())
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap())
}

fn certified(pki: &Pki) -> ClientTls {
    client_tls(pki).identity(Identity::pem_file(&pki.client)).alpn(["h2"]).build().unwrap()
}

/// Over our TLS, whose requests are for `https`.
fn secure(pki: &Pki, address: &Address) -> Channel {
    let authority = address.socket_addr().unwrap();
    let connector =
        ServiceBuilder::new().layer(TlsLayer::new(certified(pki))).service(TcpConnector::new());
    Endpoint::try_from(format!("http://{authority}"))
        .unwrap()
        .origin(format!("https://{authority}").parse().unwrap())
        .connect_with_connector_lazy(connector)
}

#[tokio::test]
async fn a_service_knows_the_address_and_certificate_of_its_client() {
    let pki = Pki::new();
    let (handle, seen, _serving) = serve(limited(&pki, &LimitLayer::unlimited()).await).await;
    assert_serves(secure(&pki, &handle.address().unwrap())).await;
    let [info] = seen.all().try_into().unwrap();
    let open = handle.connections().list();
    assert_eq!((info.id(), info.peer_address()), (open[0].id(), open[0].peer_address()));
    let tls = info.tls().unwrap();
    assert_eq!(tls.peer_certificates().len(), 1);
    assert_eq!(tls.alpn_protocol(), Some(&b"h2"[..]));
}

#[tokio::test]
async fn the_client_beyond_the_limit_is_unavailable_and_those_within_are_unharmed() {
    let pki = Pki::new();
    let limit = LimitLayer::new(3);
    let (handle, _, _serving) = serve(limited(&pki, &limit).await).await;
    let address = handle.address().unwrap();
    let mut within: Vec<_> = (0..3).map(|_| secure(&pki, &address)).collect();
    for channel in &within {
        assert_eq!(check(channel).await, Ok(ServingStatus::Serving));
    }
    let beyond = secure(&pki, &address);
    for _ in 0..3 {
        assert_eq!(check(&beyond).await, Err(Code::Unavailable));
        for channel in &within {
            assert_eq!(check(channel).await, Ok(ServingStatus::Serving));
        }
    }
    assert_eq!(limit.connections().len(), 3);

    within.pop();
    while limit.connections().len() == 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(check(&beyond).await, Ok(ServingStatus::Serving));
}

#[tokio::test]
async fn without_tls_the_client_beyond_the_limit_has_connected_and_is_cancelled() {
    let server = ServiceBuilder::new()
        .layer(LimitLayer::new(1))
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let (handle, _, _serving) = serve(server).await;
    let endpoint = endpoint(&handle.address().unwrap());
    let within = endpoint.connect_with_connector_lazy(Connector::new());
    assert_eq!(check(&within).await, Ok(ServingStatus::Serving));
    let beyond = endpoint.connect_with_connector_lazy(Connector::new());
    for _ in 0..100 {
        // Which of them depends on what hyper was about when the end came.
        let code = check(&beyond).await.unwrap_err();
        assert!(matches!(code, Code::Cancelled | Code::Unavailable | Code::Unknown), "{code:?}");
    }
    assert_eq!(check(&within).await, Ok(ServingStatus::Serving));
}

#[tokio::test]
async fn a_drain_ends_the_server_and_its_connections() {
    let pki = Pki::new();
    let (handle, _, serving) = serve(limited(&pki, &LimitLayer::unlimited()).await).await;
    let channel = secure(&pki, &handle.address().unwrap());
    assert_eq!(check(&channel).await, Ok(ServingStatus::Serving));
    let drained = handle.drain(Duration::from_secs(60)).await;
    assert_eq!((drained.ended, drained.closed, drained.held), (1, 0, 0));
    serving.await.unwrap();
    assert_eq!(check(&channel).await, Err(Code::Unavailable));
}

#[test]
fn the_examples_talk_to_each_other() {
    let pki = Pki::new();
    let arguments = ["127.0.0.1:0", &pki.server, &pki.root, "8"];
    let server = Program::start(example("tonic_server").args(arguments));
    let listening = server.listening();
    let arguments = [authority(&listening), &pki.root, &pki.client];
    let client = Program::run(example("tonic_client").args(arguments), "");
    assert_eq!(client.success(), "SERVING\n");
    assert!(server.line().ends_with("with 1 certificate(s)"));
    server.signal(Signal::SIGINT);
    assert_eq!(server.wait().code, Some(0));
}
