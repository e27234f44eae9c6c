//! hyper-util's pooled client over our connectors.

use std::{convert::Infallible, error::Error as _, time::Duration};

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Response, Uri, Version, header};
use http_body_util::Full;
use hyper::{body::Incoming as Body, service::service_fn};
use hyper_util::{rt::TokioExecutor, server::conn::auto};
use tower::{ServiceBuilder, limit::ConcurrencyLimitLayer, timeout::TimeoutLayer};
use tower_socket::{
    Connection, Connector, Error, ErrorKind, Incoming, IntoUri, Server, TcpConnector,
    UnixConnector,
    layers::{DnsLayer, FixedUriLayer, TlsLayer},
};

use crate::{
    support::{Pki, Program},
    web::{client_tls, connector, example, http, info, server_tls, text, url},
};

/// Answers with the host and path of each request.
async fn answer(request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap().to_owned());
    let host = host.or_else(|| request.uri().host().map(str::to_owned)).unwrap_or_default();
    Ok(Response::new(Full::from(host + request.uri().path())))
}

async fn serve(connection: Connection) {
    let builder = auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(connection, service_fn(answer)).await;
}

fn spawn(mut server: impl Incoming + Send + Unpin + 'static) {
    tokio::spawn(async move {
        while let Some(accepted) = server.accept().await {
            tokio::spawn(serve(accepted.unwrap()));
        }
    });
}

async fn secure(pki: &Pki, alpn: &[&str]) -> Server {
    let tls = server_tls(pki).alpn(alpn.iter().copied()).build().unwrap();
    Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap()
}

#[tokio::test]
async fn http2_is_spoken_where_alpn_agrees_on_it_and_shares_one_connection() {
    let pki = Pki::new();
    let server = secure(&pki, &["h2", "http/1.1"]).await;
    let (uri, handle) = (url(&server), server.handle());
    spawn(server);

    let client = http(connector(&pki));
    let first = client.get(uri.clone()).await.unwrap();
    assert_eq!(first.version(), Version::HTTP_2);
    let info = info(&first);
    assert_eq!(info.tls().unwrap().alpn_protocol(), Some(&b"h2"[..]));
    let peer = info.peer_address().unwrap();
    assert_eq!(Some(peer), handle.address());

    let responses = join_all((0..32).map(|_| client.get(uri.clone()))).await;
    let ids = responses.into_iter().map(|response| crate::web::info(&response.unwrap()).id());
    assert!(ids.into_iter().all(|id| id == info.id()));
    assert_eq!(handle.connections().len(), 1);
}

#[tokio::test]
async fn http1_is_spoken_where_the_server_has_nothing_else() {
    let pki = Pki::new();
    let server = secure(&pki, &["http/1.1"]).await;
    let uri = url(&server);
    spawn(server);
    let response = http(connector(&pki)).get(uri).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_11);
    assert_eq!(info(&response).tls().unwrap().alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn a_pooled_connection_is_used_again() {
    let pki = Pki::new();
    let server = Server::bind("127.0.0.1:0").await.unwrap();
    let uri = url(&server);
    spawn(server);
    let client = http(connector(&pki));
    let mut ids = Vec::new();
    for _ in 0..3 {
        let response = client.get(uri.clone()).await.unwrap();
        ids.push(info(&response).id());
        text(response).await;
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_unix_socket_is_reached_by_its_uri() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("http socket");
    spawn(Server::bind(path.as_path()).await.unwrap());
    let uri = path.as_path().into_uri().unwrap();
    let uri = Uri::try_from(format!("{}/a/path", uri.to_string().trim_end_matches('/'))).unwrap();
    let response = http(Connector::new()).get(uri).await.unwrap();
    assert_eq!(info(&response).peer_address(), Some(tower_socket::Address::Unix(path)));
    assert!(text(response).await.ends_with("/a/path"));
}

#[tokio::test]
async fn a_unix_socket_behind_a_fixed_uri_sees_the_host_that_was_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    spawn(Server::bind(path.as_path()).await.unwrap());
    let connector = ServiceBuilder::new()
        .layer(FixedUriLayer::new(path.as_path()).unwrap())
        .service(UnixConnector::new());
    let uri = Uri::from_static("http://api.example/hello");
    let response = http(connector).get(uri).await.unwrap();
    assert_eq!(text(response).await, "api.example/hello");
}

/// A stack that tower's own layers are a part of.
fn stack(pki: &Pki, timeout: Duration) -> Connector {
    let tls = client_tls(pki).alpn(["h2"]).build().unwrap();
    Connector::from_service(
        ServiceBuilder::new()
            .layer(TimeoutLayer::new(timeout))
            .layer(ConcurrencyLimitLayer::new(4))
            .layer(DnsLayer::system())
            .layer(TlsLayer::by_scheme(tls))
            .service(TcpConnector::new()),
    )
}

#[tokio::test]
async fn a_stack_with_towers_own_layers_goes_into_the_client() {
    let pki = Pki::new();
    let server = secure(&pki, &["h2"]).await;
    let port = url(&server).port_u16().unwrap();
    spawn(server);
    let client = http(stack(&pki, Duration::from_secs(60)));
    let uri = format!("https://localhost:{port}/hello").parse().unwrap();
    let response = client.get(uri).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    assert_eq!(text(response).await, "localhost/hello");
}

#[tokio::test]
async fn towers_deadline_comes_out_of_the_client_as_our_error() {
    let pki = Pki::new();
    // It accepts and says nothing: the handshake goes on for ever.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("https://{}/", silent.local_addr().unwrap()).parse().unwrap();
    let error = http(stack(&pki, Duration::from_millis(50))).get(uri).await.unwrap_err();
    assert!(error.is_connect());
    let ours = error.source().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!(ours.kind(), ErrorKind::Timeout);
    assert!(ours.to_string().starts_with("connection to https://127.0.0.1:"), "{ours}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_prints_what_it_was_answered() {
    let pki = Pki::new();
    let server = secure(&pki, &["h2", "http/1.1"]).await;
    let uri = url(&server);
    spawn(server);
    let printed = tokio::task::spawn_blocking(move || {
        let mut client = example("hyper_client");
        Program::run(client.args([uri.to_string(), pki.root.clone()]), "").success()
    });
    let printed = printed.await.unwrap();
    assert!(printed.starts_with("HTTP/2.0 200 OK from tls://127.0.0.1:"), "{printed}");
    assert!(printed.ends_with("\n127.0.0.1/"), "{printed}");
}
