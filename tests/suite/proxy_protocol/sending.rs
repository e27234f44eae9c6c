//! When the header goes out.

use std::{future::ready, time::Duration};

use http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio_test::{assert_pending, assert_ready, task};
use tower::{Service, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, ErrorKind, Incoming, IntoUri, TcpConnector,
    layers::{
        TimeoutLayer,
        proxy_protocol::{ProxyHeader, ProxyProtocolLayer},
    },
};

use crate::support::{Reserved, tcp_server, uri_of};

const LINE: &str = "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n";

fn layer() -> ProxyProtocolLayer {
    let (source, destination) = (super::address("192.0.2.1:1"), super::address("192.0.2.2:2"));
    ProxyProtocolLayer::new(ProxyHeader::v1(source, destination))
}

/// A connection to 192.0.2.9 that is there at once, and its other end.
fn piped(
    size: usize,
) -> (impl Service<Uri, Response = Connection, Error = Error>, ConnectionInfo, DuplexStream) {
    let (near, far) = duplex(size);
    let info = ConnectionInfo::new(Some(Address::Tcp(super::address("192.0.2.9:80"))));
    let mut connection = Some(Connection::new(near, info.clone()));
    let below = service_fn(move |_: Uri| ready(Ok::<_, Error>(connection.take().unwrap())));
    (below, info, far)
}

fn uri() -> Uri {
    Uri::from_static("tcp://192.0.2.9:80")
}

#[tokio::test]
async fn the_header_comes_before_everything_else() {
    let mut server = tcp_server().await;
    let connecting = layer().layer(TcpConnector::new()).oneshot(uri_of(&server));
    let (client, accepted) = tokio::join!(connecting, server.accept());
    let mut client = client.unwrap();
    client.write_all(b"GET /").await.unwrap();
    client.shutdown().await.unwrap();
    let mut received = String::new();
    accepted.unwrap().unwrap().read_to_string(&mut received).await.unwrap();
    assert_eq!(received, format!("{LINE}GET /"));
}

#[tokio::test]
async fn the_connection_is_there_when_the_header_is_sent() {
    let (below, _, mut far) = piped(LINE.len() - 1);
    let mut connecting = task::spawn(layer().layer(below).oneshot(uri()));
    assert_pending!(connecting.poll());
    let mut received = vec![0; LINE.len()];
    assert_eq!(far.read(&mut received).await.unwrap(), LINE.len() - 1);
    assert!(connecting.is_woken());
    assert_ready!(connecting.poll()).unwrap();
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let (below, info, mut far) = piped(1);
    let mut connecting = task::spawn(layer().layer(below).oneshot(uri()));
    assert_pending!(connecting.poll());
    drop(connecting);
    assert!(info.is_closed());
    assert_eq!(far.read_to_end(&mut Vec::new()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_header_is_sent_is_an_error() {
    let (below, info, far) = piped(64);
    drop(far);
    let error = layer().layer(below).oneshot(uri()).await.unwrap_err();
    let expected = "connection to tcp://192.0.2.9:80 failed during the PROXY header: broken pipe";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.kind(), ErrorKind::ProxyHeader);
    assert_eq!(error.peer(), info.peer_address().as_ref());
    assert!(info.is_closed());
}

#[tokio::test]
async fn closing_the_connection_meanwhile_gives_the_reason() {
    let (below, info, _far) = piped(1);
    let mut connecting = task::spawn(layer().layer(below).oneshot(uri()));
    assert_pending!(connecting.poll());
    info.close("shutting down");
    let error = assert_ready!(connecting.poll()).unwrap_err();
    let expected = "connection to tcp://192.0.2.9:80 was closed: shutting down";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn what_fails_below_is_shown_as_it_is() {
    let closed = Reserved::new();
    let uri = closed.address().into_uri().unwrap();
    let error = layer().layer(TcpConnector::new()).oneshot(uri).await.unwrap_err();
    let expected = format!(
        "connection to tcp://{} failed: connection refused (ECONNREFUSED)",
        closed.address()
    );
    assert_eq!(error.to_string(), expected);

    let uri = Uri::from_static("tcp://example.com:80");
    let below = TcpConnector::new().oneshot(uri.clone()).await.unwrap_err();
    let error = layer().layer(TcpConnector::new()).oneshot(uri).await.unwrap_err();
    assert_eq!(error.to_string(), below.to_string());
}

#[tokio::test]
async fn clones_send_the_same_header() {
    let mut server = tcp_server().await;
    let connector = layer().layer(TcpConnector::new());
    for _ in 0..2 {
        let connecting = connector.clone().oneshot(uri_of(&server));
        let (client, accepted) = tokio::join!(connecting, server.accept());
        let mut received = [0; LINE.len()];
        accepted.unwrap().unwrap().read_exact(&mut received).await.unwrap();
        assert_eq!(received, LINE.as_bytes());
        drop(client);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_above_says_that_the_header_was_being_sent() {
    let (below, _, _far) = piped(1);
    let service = TimeoutLayer::new(Duration::from_secs(3)).layer(layer().layer(below));
    let error = service.oneshot(uri()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "connection to tcp://192.0.2.9:80 timed out after 3s (ETIMEDOUT) during the PROXY header"
    );
}
