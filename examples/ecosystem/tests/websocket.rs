//! Upgraded connections, with tokio-tungstenite.

use futures_util::{SinkExt, TryStreamExt};
use http_body_util::Empty;
use hyper::{
    Request, Response, StatusCode, body::Incoming as Body, header, server::conn::http1,
    service::service_fn, upgrade,
};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};
use tower::ServiceBuilder;
use tower_socket::{
    Connection, Connector, Incoming, TcpServer,
    layers::{LimitLayer, TlsAcceptLayer},
};

use crate::{
    support::{Pki, Program},
    web::{client_tls, example, server_tls},
};

async fn upgraded(mut request: Request<Body>) -> http::Result<Response<Empty<&'static [u8]>>> {
    let key = request.headers()[header::SEC_WEBSOCKET_KEY].as_bytes().to_owned();
    let upgrade = upgrade::on(&mut request);
    tokio::spawn(async move {
        let io = TokioIo::new(upgrade.await.unwrap());
        echo(WebSocketStream::from_raw_socket(io, Role::Server, None).await).await;
    });
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_ACCEPT, derive_accept_key(&key))
        .body(Empty::new())
}

async fn echo(mut socket: WebSocketStream<TokioIo<upgrade::Upgraded>>) {
    while let Some(message) = socket.try_next().await.unwrap() {
        if message.is_text() {
            socket.send(message).await.unwrap();
        }
    }
}

async fn serve(mut server: impl Incoming + Unpin) {
    while let Some(accepted) = server.accept().await {
        let serving =
            http1::Builder::new().serve_connection(accepted.unwrap(), service_fn(upgraded));
        tokio::spawn(serving.with_upgrades());
    }
}

async fn assert_echoes(socket: &mut WebSocketStream<Connection>) {
    for text in ["hello", "again"] {
        socket.send(text.into()).await.unwrap();
        assert_eq!(socket.try_next().await.unwrap(), Some(Message::text(text)));
    }
}

#[tokio::test]
async fn a_limit_counts_an_upgraded_connection_until_it_is_closed() {
    let limit = LimitLayer::new(1);
    let server = ServiceBuilder::new()
        .layer(limit.clone())
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let address = server.handle().address().unwrap();
    tokio::spawn(serve(server));

    let connection = Connector::new().connect(&address).await.unwrap();
    let (mut socket, _) = client_async("ws://server.example/", connection).await.unwrap();
    assert_echoes(&mut socket).await;
    assert_eq!(limit.connections().len(), 1);

    socket.close(None).await.unwrap();
    while socket.try_next().await.unwrap().is_some() {}
    limit.connections().emptied().await;
}

#[tokio::test]
async fn messages_go_through_tls() {
    let pki = Pki::new();
    let server = ServiceBuilder::new()
        .layer(TlsAcceptLayer::new(server_tls(&pki).build().unwrap()))
        .service(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let uri = server.handle().address().unwrap().to_string().replace("tls://", "wss://");
    tokio::spawn(serve(server));

    let connector = Connector::builder().tls(client_tls(&pki).build().unwrap()).build();
    let connection = connector.connect(uri.as_str()).await.unwrap();
    let (mut socket, _) = client_async(uri, connection).await.unwrap();
    assert_echoes(&mut socket).await;
    assert!(socket.get_ref().info().tls().is_some());
}

#[test]
fn the_examples_talk_to_each_other() {
    let server = Program::start(example("websocket_server").arg("127.0.0.1:0"));
    let uri = server.listening().replace("tcp://", "ws://");
    let client = Program::run(example("websocket_client").args([uri.as_str(), "hello"]), "");
    assert_eq!(client.success(), "hello\n");
}
