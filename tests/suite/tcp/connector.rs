use std::{io, net::SocketAddr, time::Duration};

use http::Uri;
use tokio::io::AsyncReadExt;
use tokio_test::{assert_pending, task};
use tower::{Service, ServiceExt};
use tower_socket::{Error, ErrorKind, Incoming, IntoUri, TcpConnector};

use super::{free_address, port_of};
use crate::support::{connect, has_ipv6, pair_at, tcp_server, uri_of};

async fn connect_error(uri: &str) -> Error {
    TcpConnector::new().oneshot(uri.into_uri().unwrap()).await.unwrap_err()
}

/// Nobody accepts, and its queue is full.
fn silent_listener() -> (std::net::TcpListener, Vec<std::net::TcpStream>) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(0).unwrap();
    let listener = std::net::TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100));
    let queued = std::iter::from_fn(|| connect().ok()).collect();
    (listener, queued)
}

// TCPC-01, TCPC-02
#[tokio::test]
async fn a_connect_is_over_when_the_handshake_is() {
    let mut server = tcp_server().await;
    let (client, _accepted) = pair_at(&mut server).await;
    assert!(client.tcp().unwrap().peer_addr().is_ok());
}

// TCPC-02
#[tokio::test]
async fn a_connect_waits_for_the_handshake() {
    let (listener, _queued) = silent_listener();
    let uri = listener.local_addr().unwrap().into_uri().unwrap();
    let mut connecting = task::spawn(TcpConnector::new().call(uri));
    assert_pending!(connecting.poll());
}

// GEN-11
#[tokio::test]
async fn a_peer_that_does_not_answer_blocks_nobody() {
    let (listener, _queued) = silent_listener();
    let uri = listener.local_addr().unwrap().into_uri().unwrap();
    let _silent = tokio::spawn(TcpConnector::new().oneshot(uri));
    let mut server = tcp_server().await;
    pair_at(&mut server).await;
}

// TCPC-01, TCPC-15
#[tokio::test]
async fn path_and_query_are_ignored() {
    let mut server = tcp_server().await;
    let address = server.handle().address().unwrap();
    for rest in ["", "/", "/path", "?hostname=example.com", "/path?query"] {
        let client = connect(format!("{address}{rest}").into_uri().unwrap()).await;
        assert_eq!(client.peer_address().as_ref(), Some(&address));
        server.accept().await.unwrap().unwrap();
    }
}

// TCPC-04, GEN-03
#[tokio::test]
async fn a_closed_port_is_an_error_that_says_why() {
    let address = free_address("127.0.0.1");
    let error = connect_error(&address.to_string()).await;
    let text = format!("connection to tcp://{address} failed: connection refused (ECONNREFUSED)");
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.raw_os_error(), Some(111));
    assert_eq!(error.io_kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(error.peer(), Some(&address.into()));
    assert_eq!(error.uri(), Some(&address.into_uri().unwrap()));
}

// TCPC-05
#[tokio::test]
async fn a_closed_port_of_an_ipv6_address_is_an_error_too() {
    if !has_ipv6() {
        return;
    }
    let address = free_address("::1");
    let error = connect_error(&address.to_string()).await;
    let text = format!("connection to tcp://{address} failed: connection refused (ECONNREFUSED)");
    assert_eq!(error.to_string(), text);
}

// TCPC-06
#[tokio::test]
async fn a_network_that_cannot_be_reached_is_an_error_that_says_so() {
    // TCP has no broadcasts.
    let error = connect_error("tcp://255.255.255.255:80").await;
    let text = "connection to tcp://255.255.255.255:80 failed: \
                network is unreachable (ENETUNREACH)";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.raw_os_error(), Some(101));
}

// TCPC-08, GEN-02
#[tokio::test]
async fn a_host_name_cannot_be_connected_to() {
    let error = connect_error("tcp://www.example.com:80").await;
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let text = error.to_string();
    assert!(text.starts_with("invalid URI \"tcp://www.example.com:80\": "), "{text}");
    assert!(text.contains("not a valid host IP"), "{text}");
}

// TCPC-09
#[tokio::test]
async fn a_port_that_is_none_cannot_be_connected_to() {
    let uri = Uri::from_static("tcp://255.255.255.255:12345678");
    let error = TcpConnector::new().oneshot(uri).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("tcp://255.255.255.255:12345678"), "{error}");
}

// TCPC-10
#[tokio::test]
async fn another_scheme_cannot_be_connected_to() {
    for uri in ["tls://192.0.2.1:443", "udp://192.0.2.1:53", "fd://3"] {
        let error = connect_error(uri).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(uri), "{error}");
        assert_eq!(error.raw_os_error(), Some(22));
    }
}

// TCPC-11
#[tokio::test]
async fn what_has_no_port_cannot_be_connected_to() {
    for uri in ["tcp://192.0.2.1", "192.0.2.1", "tcp://192.0.2.1:0", "unix://2f61", "/x"] {
        let error = TcpConnector::new().oneshot(uri.parse().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{uri}");
    }
}

// TCPC-12
#[tokio::test]
async fn all_zeros_connect_to_this_machine() {
    let mut server = tcp_server().await;
    let port = port_of(&server.handle());
    let client = connect(format!("tcp://0.0.0.0:{port}").into_uri().unwrap()).await;
    assert_eq!(client.peer_address(), server.handle().address());
    server.accept().await.unwrap().unwrap();
}

// GEN-05, TCPC-16, TCPC-17
#[tokio::test]
async fn dropping_a_pending_connect_closes_its_socket() {
    let mut server = tcp_server().await;
    let connecting = TcpConnector::new().call(uri_of(&server));
    drop(connecting);
    let mut accepted = server.accept().await.unwrap().unwrap();
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
}

#[test]
fn a_connect_outside_a_runtime_is_an_error() {
    let uri = Uri::from_static("tcp://127.0.0.1:1");
    let mut connecting = task::spawn(TcpConnector::new().call(uri));
    let error = tokio_test::assert_ready_err!(connecting.poll());
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}
