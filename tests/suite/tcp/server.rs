use std::io;

use tokio_test::{assert_pending, task};
use tower_socket::{Connection, Error, ErrorKind, FdServer, Incoming, TcpServer};

use super::{free_address, port_of};
use crate::support::{connect, has_ipv6, servers, settle, tcp_server, uri_of};

async fn bind_error(address: &str) -> Error {
    TcpServer::bind(address).await.unwrap_err()
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
