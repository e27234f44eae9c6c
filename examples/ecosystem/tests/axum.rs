//! `axum::serve` over our servers.

use std::{
    pin::Pin,
    process::Command,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, connect_info::Connected},
    routing::get,
    serve::{IncomingStream, Listener, ListenerExt},
};
use futures_util::Stream;
use nix::sys::signal::Signal;
use tokio::{io::AsyncReadExt, sync::Notify, task::JoinHandle, time::timeout};
use tower::{Layer, ServiceBuilder, service_fn};
use tower_socket::{
    Address, BoxError, Connection, ConnectionInfo, Connector, Error, FdServer, Incoming, Server,
    ServerHandle, TcpServer,
    layers::{
        AccessLayer, HandshakeLayer, IdleTimeoutLayer, LimitLayer, MaxAgeLayer, TlsAcceptLayer,
        access::AccessList,
        proxy_protocol::ProxyProtocolAccept,
        rate_limit::AcceptRate,
        tls::{Identity, Roots},
    },
};

use crate::{
    support::{Pki, Program, authority, program},
    web::{Http, client_tls, connector, example, http, info, server_tls, text, url},
};

/// What a handler can know about its client.
async fn client(ConnectInfo(info): ConnectInfo<ConnectionInfo>) -> String {
    let certificates = info.tls().map(|tls| tls.peer_certificates().len());
    format!("{:?} {certificates:?}", info.peer_address())
}

/// Serves until the server is drained.
fn serve<L>(listener: L, handle: ServerHandle, router: Router) -> JoinHandle<()>
where
    L: Listener<Io = Connection, Addr = Option<Address>>,
    ConnectionInfo: for<'a> Connected<IncomingStream<'a, L>>,
{
    let app = router.into_make_service_with_connect_info::<ConnectionInfo>();
    let serving =
        axum::serve(listener, app).with_graceful_shutdown(async move { handle.draining().await });
    tokio::spawn(async move { serving.await.unwrap() })
}

fn router() -> Router {
    Router::new().route("/", get(client))
}

/// Drains it, and waits for axum to be done.
async fn end(handle: ServerHandle, serving: JoinHandle<()>) {
    let drained = handle.drain(Duration::from_secs(60)).await;
    assert_eq!((drained.closed, drained.held), (0, 0));
    serving.await.unwrap();
}

#[tokio::test]
async fn a_handler_knows_the_address_of_its_client() {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let (uri, handle) = (url(&server), server.handle());
    assert_eq!(server.local_addr().unwrap(), handle.address());
    let serving = serve(server, handle.clone(), router());
    let seen = text(http(Connector::new()).get(uri).await.unwrap()).await;
    let open = handle.connections().list();
    assert_eq!(seen, format!("{:?} None", open[0].peer_address()));
    end(handle, serving).await;
}

#[tokio::test]
async fn a_handler_knows_the_certificate_of_its_client() {
    let pki = Pki::new();
    let roots = Roots::none().pem_file(&pki.root);
    let tls = server_tls(&pki).require_client_certificate(roots).alpn(["h2"]).build().unwrap();
    let server = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let (uri, handle) = (url(&server), server.handle());
    let serving = serve(server, handle.clone(), router());

    let identity = Identity::pem_file(&pki.client);
    let tls = client_tls(&pki).identity(identity).alpn(["h2"]).build().unwrap();
    let client = http(Connector::builder().tls(tls).build());
    let seen = text(client.get(uri).await.unwrap()).await;
    assert!(seen.starts_with("Some(Tls(127.0.0.1:") && seen.ends_with(" Some(1)"), "{seen}");
    end(handle, serving).await;
}

#[tokio::test]
async fn a_client_of_a_unix_socket_has_no_address() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let server = Server::bind(path.as_path()).await.unwrap();
    let handle = server.handle();
    let serving = serve(server, handle.clone(), router());
    let uri = tower_socket::IntoUri::into_uri(path.as_path()).unwrap();
    let client = http(Connector::new());
    assert_eq!(text(client.get(uri).await.unwrap()).await, "None None");
    end(handle, serving).await;
}

#[tokio::test]
async fn a_tapped_server_keeps_what_it_knows() {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let (uri, handle) = (url(&server), server.handle());
    let tapped = server.tap_io(|connection| connection.hold("something"));
    let serving = serve(tapped, handle.clone(), router());
    let seen = text(http(Connector::new()).get(uri).await.unwrap()).await;
    assert!(seen.starts_with("Some(Tcp(127.0.0.1:"), "{seen}");
    end(handle, serving).await;
}

/// Requests of a client that keeps its one connection.
async fn request(client: &Http<Connector>, uri: &http::Uri) -> u64 {
    let response = client.get(uri.clone()).await.unwrap();
    let id = info(&response).id();
    text(response).await;
    id
}

#[tokio::test]
async fn clients_beyond_the_limit_are_turned_away_and_those_within_are_unharmed() {
    let limit = LimitLayer::new(1);
    let server = ServiceBuilder::new()
        .layer(limit.clone())
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let (uri, handle) = (url(&server), server.handle());
    let address = handle.address().unwrap();
    let serving = serve(server, handle.clone(), router());

    let within = http(Connector::new());
    let first = request(&within, &uri).await;
    for _ in 0..3 {
        let mut beyond = Connector::new().connect(&address).await.unwrap();
        assert_eq!(beyond.read(&mut [0]).await.unwrap(), 0);
    }
    assert_eq!(request(&within, &uri).await, first);

    drop(within);
    limit.connections().emptied().await;
    request(&http(Connector::new()), &uri).await;
    end(handle, serving).await;
}

#[tokio::test]
async fn failed_handshakes_are_passed_over() {
    let pki = Pki::new();
    let server = ServiceBuilder::new()
        .layer(TlsAcceptLayer::new(server_tls(&pki).build().unwrap()))
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let (uri, handle) = (url(&server), server.handle());
    let plain = handle.address().unwrap().socket_addr().unwrap();
    let serving = serve(server, handle.clone(), router());
    for _ in 0..3 {
        let client = http(Connector::new());
        assert!(client.get(format!("http://{plain}/").parse().unwrap()).await.is_err());
    }
    let seen = text(http(connector(&pki)).get(uri).await.unwrap()).await;
    assert!(seen.starts_with("Some(Tls(127.0.0.1:"), "{seen}");
    end(handle, serving).await;
}

#[tokio::test]
async fn a_handshake_of_ones_own_goes_below() {
    let greeting = service_fn(|mut connection: Connection| async move {
        connection.read_exact(&mut [0; 3]).await?;
        Ok::<_, std::io::Error>(connection)
    });
    let server = ServiceBuilder::new()
        .layer(HandshakeLayer::new(greeting))
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let (address, handle) = (server.handle().address().unwrap(), server.handle());
    let serving = serve(server, handle.clone(), router());
    let mut client = Connector::new().connect(&address).await.unwrap();
    let request = b"HI\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut client, request).await.unwrap();
    let mut response = String::new();
    client.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    end(handle, serving).await;
}

#[tokio::test]
async fn a_drain_lets_a_request_finish() {
    let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (arrived, release) = (arrived.clone(), release.clone());
        move || async move {
            arrived.notify_one();
            release.notified().await;
            "released"
        }
    };
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let (uri, handle) = (url(&server), server.handle());
    let serving = serve(server, handle.clone(), Router::new().route("/", get(slow)));
    let requested = tokio::spawn(async move { http(Connector::new()).get(uri).await.unwrap() });
    arrived.notified().await;
    let ended = tokio::spawn(end(handle.clone(), serving));
    while !handle.is_closed() {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    assert_eq!(text(requested.await.unwrap()).await, "released");
    ended.await.unwrap();
}

#[tokio::test]
async fn a_closed_server_goes_on_with_its_open_connections() {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let (uri, handle) = (url(&server), server.handle());
    let serving = serve(server, handle.clone(), router());
    let client = http(Connector::new());
    let first = request(&client, &uri).await;
    handle.close();
    assert_eq!(request(&client, &uri).await, first);
    assert!(http(Connector::new()).get(uri).await.unwrap_err().is_connect());
    assert!(!serving.is_finished());
    drop(client);
    end(handle, serving).await;
}

/// Has nothing but errors, all at once.
struct Broken(TcpServer);

impl Stream for Broken {
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(Err(Error::from(BoxError::from("broken")))))
    }
}

impl Incoming for Broken {
    fn handle(&self) -> ServerHandle {
        self.0.handle()
    }
}

#[tokio::test]
async fn errors_without_end_leave_the_runtime_to_others() {
    let broken = Broken(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let handle = broken.handle();
    let serving = serve(LimitLayer::new(1).layer(broken), handle, router());
    // On the one thread that there is.
    let others = tokio::time::sleep(Duration::from_millis(5));
    timeout(Duration::from_secs(60), others).await.unwrap();
    serving.abort();
}

#[tokio::test]
async fn every_server_of_ours_goes_in_with_every_layer() {
    let pki = Pki::new();
    let server = ServiceBuilder::new()
        .layer(HandshakeLayer::new(service_fn(async |connection| {
            Ok::<Connection, BoxError>(connection)
        })))
        .layer(MaxAgeLayer::new(Duration::from_secs(60)))
        .layer(IdleTimeoutLayer::new(Duration::from_secs(60)))
        .layer(TlsAcceptLayer::new(server_tls(&pki).build().unwrap()))
        .layer(LimitLayer::new(8))
        .layer(AccessLayer::new(AccessList::allow_all()))
        .service(FdServer::from_fd(listener().into()).unwrap());
    let (uri, handle) = (url(&server), server.handle());
    let serving = serve(server, handle.clone(), router());
    let seen = text(http(connector(&pki)).get(uri).await.unwrap()).await;
    assert!(seen.starts_with("Some(Tls(127.0.0.1:"), "{seen}");
    end(handle, serving).await;

    let merged = Server::merge([TcpServer::bind("127.0.0.1:0").await.unwrap()]);
    let (uri, handle) = (url(&merged), merged.handle());
    let serving = serve(merged, handle.clone(), router());
    assert!(http(Connector::new()).get(uri).await.unwrap().status().is_success());
    end(handle, serving).await;
}

fn is_a_listener<L: Listener>() {}

#[test]
fn servers_with_less_common_layers_go_in_too() {
    is_a_listener::<ProxyProtocolAccept<TcpServer>>();
    is_a_listener::<AcceptRate<TcpServer>>();
}

fn listener() -> std::net::TcpListener {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap()
}

#[test]
fn the_example_speaks_http2_over_tls_with_curl_and_drains_on_sigint() {
    let pki = Pki::new();
    let arguments = ["tls://127.0.0.1:0", &pki.server];
    let server = Program::start(example("axum_server").args(arguments));
    let listening = server.listening();
    let Some(mut curl) = program("curl") else { return };
    let url = format!("https://{}/", authority(&listening));
    let said = ["-sS", "--noproxy", "*", "--cacert", &pki.root, "-w", "HTTP/%{http_version}", &url];
    let said = Program::run(curl.args(said), "").success();
    assert!(said.starts_with("Hello tls://127.0.0.1:"), "{said}");
    assert!(said.contains(", over TLSv1.3, ") && said.ends_with("!\nHTTP/2"), "{said}");
    server.signal(Signal::SIGINT);
    assert_eq!(server.wait().success(), "0 ended, 0 closed\n");
}

#[test]
fn the_example_listens_on_a_unix_socket() {
    let pki = Pki::new();
    let path = pki.path("http.sock");
    let server = Program::start(example("axum_server").arg(format!("unix://{path}")));
    server.listening();
    let Some(mut curl) = program("curl") else { return };
    let curl: &mut Command = curl.args(["-sS", "--unix-socket", &path, "http://server.example/"]);
    assert_eq!(Program::run(curl, "").success(), "Hello somebody!\n");
}
