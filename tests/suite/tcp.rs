use std::{io, net::SocketAddr, time::Duration};

use http::Uri;
use tokio::io::AsyncReadExt;
use tokio_test::{assert_pending, task};
use tower::{Service, ServiceExt};
use tower_socket::{
    Connection, Error, ErrorKind, FdServer, Incoming, IntoUri, ServerHandle, TcpConnector,
    TcpServer,
};

use crate::support::{connect, has_ipv6, pair_at, servers, settle, tcp_server, uri_of};

async fn connect_error(uri: &str) -> Error {
    TcpConnector::new().oneshot(uri.into_uri().unwrap()).await.unwrap_err()
}

async fn bind_error(address: &str) -> Error {
    TcpServer::bind(address).await.unwrap_err()
}

/// Where nobody listens now.
fn free_address(host: &str) -> SocketAddr {
    std::net::TcpListener::bind((host, 0)).unwrap().local_addr().unwrap()
}

fn port_of(handle: &ServerHandle) -> u16 {
    handle.address().unwrap().port().unwrap()
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
    // A link-local address without its interface (RFC 4007, section 6).
    let error = connect_error("tcp://[fe80::1]:80").await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    let text = "connection to tcp://[fe80::1]:80 failed: invalid argument (EINVAL)";
    let unreachable =
        "connection to tcp://[fe80::1]:80 failed: network is unreachable (ENETUNREACH)";
    assert!([text, unreachable].contains(&error.to_string().as_str()), "{error}");
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

// TCPC-13
#[tokio::test]
async fn a_connect_comes_from_the_address_it_was_bound_to() {
    let mut server = tcp_server().await;
    let connector = TcpConnector::new().bind("127.0.0.2:0".parse().unwrap());
    let _client = connector.oneshot(uri_of(&server)).await.unwrap();
    let accepted = server.accept().await.unwrap().unwrap();
    assert!(accepted.peer_address().unwrap().to_string().starts_with("tcp://127.0.0.2:"));
}

// TCPC-13
#[tokio::test]
async fn a_connect_comes_from_the_port_it_was_bound_to() {
    let mut server = tcp_server().await;
    let source = free_address("127.0.0.3");
    let connector = TcpConnector::new().bind(source);
    let _client = connector.oneshot(uri_of(&server)).await.unwrap();
    let accepted = server.accept().await.unwrap().unwrap();
    assert_eq!(accepted.peer_address(), Some(source.into()));
}

// TCPC-14
#[tokio::test]
async fn binding_to_a_foreign_address_is_an_error() {
    let server = tcp_server().await;
    let connector = TcpConnector::new().bind("192.0.2.1:0".parse().unwrap());
    let error = connector.oneshot(uri_of(&server)).await.unwrap_err();
    let text = "failed: cannot bind to 192.0.2.1:0: \
                cannot assign requested address (EADDRNOTAVAIL)";
    assert!(error.to_string().ends_with(text), "{error}");
    assert_eq!(error.raw_os_error(), Some(99));
}

// TCPC-14
#[tokio::test]
async fn binding_to_the_other_family_only_is_an_error() {
    let server = tcp_server().await;
    let connector = TcpConnector::new().bind("[::1]:0".parse().unwrap());
    let error = connector.oneshot(uri_of(&server)).await.unwrap_err();
    assert!(error.to_string().ends_with("(EAFNOSUPPORT)"), "{error}");
}

#[tokio::test]
async fn there_may_be_an_address_to_bind_to_for_each_family() {
    let mut server = tcp_server().await;
    let connector =
        TcpConnector::new().bind("127.0.0.2:0".parse().unwrap()).bind("[::1]:0".parse().unwrap());
    connector.oneshot(uri_of(&server)).await.unwrap();
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

#[test]
fn listening_outside_a_runtime_is_an_error() {
    let mut binding = task::spawn(TcpServer::bind(0));
    let error = tokio_test::assert_ready_err!(binding.poll());
    assert!(error.to_string().contains("tokio runtime"), "{error}");
}

// TCPS-01, TCPS-02
#[tokio::test]
async fn a_port_alone_is_one_of_this_machine_only() {
    for server in [TcpServer::bind(0).await, TcpServer::bind("0").await] {
        let address = server.unwrap().handle().address().unwrap();
        assert!(address.ip().unwrap().is_loopback());
        assert_ne!(address.port(), Some(0));
    }
}

// TCPS-03, TCPS-13
#[tokio::test]
async fn a_server_listens_with_and_without_a_scheme() {
    let address = free_address("127.0.0.1");
    for text in [address.to_string(), format!("tcp://{address}"), format!("TCP://{address}")] {
        let server = TcpServer::bind(text).await.unwrap();
        let printed = server.handle().address().unwrap().to_string();
        assert_eq!(printed, format!("tcp://{address}"));
    }
}

// TCPS-04, TCPS-13
#[tokio::test]
async fn a_server_listens_on_ipv6_in_brackets() {
    if !has_ipv6() {
        return;
    }
    let server = TcpServer::bind("[::1]:0").await.unwrap();
    let port = port_of(&server.handle());
    let printed = server.handle().address().unwrap().to_string();
    assert_eq!(printed, format!("tcp://[::1]:{port}"));
    TcpServer::bind("[::]:0").await.unwrap();
    assert_eq!(bind_error("::1:0").await.kind(), ErrorKind::InvalidInput);
}

// TCPS-05, TCPS-06, TCPS-07, TCPS-08, TCPS-09, TCPS-10
#[tokio::test]
async fn what_cannot_be_listened_on_is_quoted() {
    let texts = [
        "127.0.0.1",
        "tcp://127.0.0.1",
        "///",
        "udp://127.0.0.1:0",
        "tls://127.0.0.1:0",
        "unix:///x",
        "localhost:8080",
        ":8080",
        "127.0.0.1:",
        "127.0.0.1:abc",
        "127.0.0.1:65536",
        "-1",
        "08080",
        "[::1]",
        "127.1:0",
        "0x7f000001:0",
        "127.0.0.1:1/path",
        "127.0.0.1:1?query",
    ];
    for text in texts {
        let error = bind_error(text).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(error.to_string().ends_with("(EINVAL)"), "{error}");
        assert_eq!(error.raw_os_error(), Some(22));
    }
}

// TCPS-11
#[tokio::test]
async fn a_port_in_use_is_an_error_that_says_so() {
    let server = tcp_server().await;
    let address = server.handle().address().unwrap();
    let error = bind_error(&address.to_string()).await;
    let text = format!("failed to listen on {address}: address already in use (EADDRINUSE)");
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Listen);
    assert_eq!(error.raw_os_error(), Some(98));
}

// TCPS-12
#[tokio::test]
async fn a_foreign_address_is_an_error_that_says_so() {
    let error = bind_error("192.0.2.1:0").await;
    let text = "failed to listen on tcp://192.0.2.1:0: \
                cannot assign requested address (EADDRNOTAVAIL)";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.raw_os_error(), Some(99));
}

// GEN-02
#[tokio::test]
async fn mistakes_and_failures_are_told_apart() {
    let mistake = bind_error("localhost:8080").await;
    assert!(mistake.is_invalid_input());
    let failure = bind_error("192.0.2.1:0").await;
    assert!(!failure.is_invalid_input());
    assert_eq!(failure.io_kind(), io::ErrorKind::AddrNotAvailable);
}

// TCPS-27
#[tokio::test]
async fn a_connection_that_another_process_took_is_waited_past() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut server = FdServer::from_fd(listener.try_clone().unwrap().into()).unwrap();
    let mut accept = task::spawn(server.accept());
    assert_pending!(accept.poll());
    let _client = std::net::TcpStream::connect(address).unwrap();
    listener.accept().unwrap();
    settle().await;
    assert_pending!(accept.poll());
}

// TCPS-32
#[tokio::test]
async fn a_client_that_goes_at_once_is_still_a_connection() {
    for mut server in servers().await.0 {
        drop::<Connection>(connect(uri_of(&server)).await);
        server.accept().await.unwrap().unwrap();
    }
}
