use http::Uri;
use tokio::io::{AsyncReadExt, duplex};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_socket::{
    Connection, Connector, Error, ErrorKind, Incoming, Server, TcpConnector,
    layers::{IdleTimeoutLayer, MaxAgeLayer},
};

use super::{SECOND, assert_closed};
use crate::support::{pair_at, tcp_server, uri_of};

fn reason(error: std::io::Error) -> String {
    let error = error.downcast::<Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::Closed);
    error.to_string()
}

#[tokio::test]
async fn connections_of_a_server_are_closed() {
    let layer = IdleTimeoutLayer::new(SECOND / 20);
    let mut server = layer.layer(tcp_server().await);
    let (mut client, mut accepted) = pair_at(&mut server).await;
    let peer = client.local_address().unwrap();
    let error = reason(accepted.read_u8().await.unwrap_err());
    assert_eq!(
        error,
        format!("connection with {peer} was closed: nothing was sent or received for 50ms")
    );
    drop(accepted);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    assert!(server.handle().connections().is_empty());
}

#[tokio::test(start_paused = true)]
async fn connections_that_are_handled_are_closed() {
    let mut handler = IdleTimeoutLayer::new(SECOND)
        .layer(service_fn(|mut connection: Connection| async move { connection.read_u8().await }));
    let (near, _far) = duplex(1);
    let handled = handler.ready().await.unwrap().call(Connection::from(near));
    assert_closed(&handled.await.unwrap_err(), "nothing was sent or received for 1s");
}

#[tokio::test]
async fn connections_of_a_connector_are_closed() {
    let server = tcp_server().await;
    let uri = uri_of(&server);
    let idle = IdleTimeoutLayer::new(SECOND / 20).layer(TcpConnector::new());
    let mut connection = idle.oneshot(uri.clone()).await.unwrap();
    let error = reason(connection.read_u8().await.unwrap_err());
    assert!(error.ends_with("nothing was sent or received for 50ms"), "{error}");

    let aged = MaxAgeLayer::new(SECOND / 20).layer(Connector::new());
    let mut connection = aged.oneshot(uri).await.unwrap();
    let error = reason(connection.read_u8().await.unwrap_err());
    assert!(error.ends_with("open for longer than 50ms"), "{error}");
}

#[tokio::test]
async fn errors_of_a_connector_are_its_own() {
    let idle = IdleTimeoutLayer::new(SECOND).layer(TcpConnector::new());
    let error = idle.oneshot(Uri::from_static("tcp://no.address:1")).await.unwrap_err();
    assert!(error.is_invalid_input());
}

#[tokio::test]
async fn what_the_facade_binds_closes_its_connections() {
    let builder = Server::builder().idle_timeout(SECOND / 20);
    let mut idle = builder.bind("127.0.0.1:0").await.unwrap();
    let (_client, mut accepted) = pair_at(&mut idle).await;
    let error = reason(accepted.read_u8().await.unwrap_err());
    assert!(error.ends_with("nothing was sent or received for 50ms"), "{error}");

    let builder = Server::builder().idle_timeout(60 * SECOND).max_age(SECOND / 20);
    let mut aged = builder.bind("127.0.0.1:0").await.unwrap();
    let (_client, mut accepted) = pair_at(&mut aged).await;
    let error = reason(accepted.read_u8().await.unwrap_err());
    assert!(error.ends_with("open for longer than 50ms"), "{error}");
}
