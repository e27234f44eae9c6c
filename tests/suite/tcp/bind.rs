//! Where a connection comes from.

use tower::ServiceExt;
use tower_socket::{Incoming, TcpConnector};

use super::free_address;
use crate::support::{tcp_server, uri_of};

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
