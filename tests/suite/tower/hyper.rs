use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{body::Incoming as Body, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::Connect},
    rt::TokioExecutor,
};
use tokio::task::JoinHandle;
use tower::{BoxError, ServiceBuilder, timeout::TimeoutLayer};
#[cfg(all(feature = "dns", feature = "tls"))]
use tower::{buffer::BufferLayer, limit::RateLimitLayer};
#[cfg(all(feature = "dns", feature = "tls"))]
use tower_socket::layers::{self, DnsLayer, LimitLayer, tls::TlsLayer};
use tower_socket::{
    Connector, Error, ErrorKind, Incoming, TcpConnector, UnixConnector, UnixServer,
    layers::FixedUriLayer,
};

use super::listen;
use crate::support::Reserved;

const LIMIT: Duration = Duration::from_secs(60);

/// Answers each request with its path.
async fn serve(mut server: impl Incoming + Unpin) {
    while let Some(accepted) = server.accept().await {
        let answer = service_fn(|request: Request<Body>| async move {
            let path = Bytes::from(request.uri().path().to_owned());
            Ok::<_, Infallible>(Response::new(Full::new(path)))
        });
        http1::Builder::new().serve_connection(accepted.unwrap(), answer).await.unwrap();
    }
}

async fn http_server() -> (JoinHandle<()>, Uri) {
    let (server, uri) = listen().await;
    let authority = uri.authority().unwrap();
    (tokio::spawn(serve(server)), format!("http://{authority}/hello").parse().unwrap())
}

/// What hyper-util's client takes.
async fn get<C: Connect + Clone + Send + Sync + 'static>(
    connector: C,
    uri: Uri,
) -> Result<Bytes, BoxError> {
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);
    Ok(client.get(uri).await?.into_body().collect().await?.to_bytes())
}

#[tokio::test]
async fn hypers_client_runs_over_a_stack_with_towers_timeout() {
    let (_server, uri) = http_server().await;
    let stack = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(TcpConnector::new());
    assert_eq!(get(Connector::from_service(stack), uri).await.unwrap(), "/hello");
}

#[tokio::test]
async fn hypers_client_runs_over_the_whole_connector() {
    let (_server, uri) = http_server().await;
    assert_eq!(get(Connector::new(), uri).await.unwrap(), "/hello");
}

#[tokio::test]
async fn hypers_client_reaches_a_unix_socket_through_a_fixed_uri() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("http");
    let server = UnixServer::bind(path.as_path()).await.unwrap();
    tokio::spawn(serve(server));
    let layer = FixedUriLayer::new(path.as_path()).unwrap();
    let connector = ServiceBuilder::new().layer(layer).service(UnixConnector::new());
    let uri = Uri::from_static("http://example.com/hello");
    assert_eq!(get(connector, uri).await.unwrap(), "/hello");
}

#[tokio::test]
async fn our_error_is_below_that_of_hypers_client() {
    let refused = Reserved::new();
    let uri = format!("http://{}/", refused.address()).parse().unwrap();
    let error = get(Connector::new(), uri).await.unwrap_err();
    let ours = error.source().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!(ours.kind(), ErrorKind::Connect);
    let said = format!(
        "connection to http://{} failed: connection refused (ECONNREFUSED)",
        refused.address()
    );
    assert_eq!(ours.to_string(), said);
}

#[cfg(all(feature = "dns", feature = "tls"))]
fn plugs<C: Connect + Clone + Send + Sync + 'static>(_: C) {}

#[cfg(all(feature = "dns", feature = "tls"))]
#[tokio::test]
async fn hypers_client_takes_every_stack_of_ours() {
    plugs(TcpConnector::new());
    plugs(UnixConnector::new());
    plugs(
        ServiceBuilder::new()
            .layer(layers::TimeoutLayer::new(LIMIT))
            .layer(LimitLayer::new(8))
            .layer(DnsLayer::system())
            .layer(TlsLayer::default())
            .layer(FixedUriLayer::new("127.0.0.1:80").unwrap())
            .service(TcpConnector::new()),
    );
    let limited = ServiceBuilder::new()
        .layer(BufferLayer::new(8))
        .layer(RateLimitLayer::new(1, LIMIT))
        .service(TcpConnector::new());
    plugs(Connector::from_service(limited));
}
