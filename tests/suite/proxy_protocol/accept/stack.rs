//! The layer over a server.

use tokio::{io::AsyncWriteExt, net::TcpStream};
use tower_layer::Layer;
use tower_socket::{
    ErrorKind, Incoming, TcpServer,
    layers::{
        LimitLayer,
        proxy_protocol::{ProxyHeader, ProxyProtocolAcceptLayer, TrustedProxies},
    },
};

use super::{CLIENT, ip, tcp, v1};
use crate::support::tcp_server;

async fn behind_loopback() -> impl Incoming + Unpin {
    let proxies = TrustedProxies::new([ip("127.0.0.1")]);
    ProxyProtocolAcceptLayer::new(proxies).layer(tcp_server().await)
}

async fn reach(server: &impl Incoming) -> TcpStream {
    TcpStream::connect(server.handle().address().unwrap().socket_addr().unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_registry_lists_the_client_and_the_local_address_stays() {
    let mut server = behind_loopback().await;
    let mut proxy = reach(&server).await;
    proxy.write_all(&v1().to_bytes()).await.unwrap();
    let connection = server.accept().await.unwrap().unwrap();
    let listed = server.handle().connections().list();
    assert_eq!(listed[0].peer_address(), tcp(CLIENT));
    assert_eq!(connection.peer_address(), tcp(CLIENT));
    assert_eq!(connection.local_address(), server.handle().address());
    let proxy = proxy.local_addr().unwrap().to_string();
    assert_eq!(connection.info().proxy_address(), tcp(&proxy));
}

#[tokio::test]
async fn a_missing_header_is_an_item_and_not_the_end() {
    let mut server = behind_loopback().await;
    let mut rude = reach(&server).await;
    rude.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let error = server.accept().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProxyHeader);
    assert_eq!(error.peer().cloned(), tcp(&rude.local_addr().unwrap().to_string()));

    let mut proxy = reach(&server).await;
    proxy.write_all(&ProxyHeader::v2_local().to_bytes()).await.unwrap();
    let connection = server.accept().await.unwrap().unwrap();
    assert!(connection.info().proxy_header().unwrap().is_local());
}

#[tokio::test]
async fn a_limit_per_source_above_counts_the_clients() {
    let mut server = LimitLayer::unlimited().per_source(1).layer(behind_loopback().await);
    let mut proxies = Vec::new();
    for client in ["198.51.100.1:1", "198.51.100.2:1", "198.51.100.1:2"] {
        let header = ProxyHeader::v1(super::address(client), super::address(super::FRONT));
        let mut proxy = reach(&server).await;
        proxy.write_all(&header.to_bytes()).await.unwrap();
        let item = server.accept().await.unwrap();
        assert_eq!(item.is_ok(), client != "198.51.100.1:2", "{client}");
        match &item {
            Ok(connection) => assert_eq!(connection.peer_address(), tcp(client)),
            Err(error) => assert_eq!(error.peer().cloned(), tcp(client)),
        }
        proxies.push((proxy, item));
    }
}

#[tokio::test]
async fn closing_waits_for_headers_that_are_being_read() {
    let mut server = behind_loopback().await;
    let mut proxy = reach(&server).await;
    let (first, rest) = (v1().to_bytes(), ());
    proxy.write_all(&first[..20]).await.unwrap();
    let handle = server.handle();
    let mut waiting = tokio_test::task::spawn(server.accept());
    while handle.connections().is_empty() {
        tokio_test::assert_pending!(waiting.poll());
        tokio::task::yield_now().await;
    }
    drop((waiting, rest));
    handle.close();
    proxy.write_all(&first[20..]).await.unwrap();
    assert_eq!(server.accept().await.unwrap().unwrap().peer_address(), tcp(CLIENT));
    assert!(server.accept().await.is_none());
}

#[tokio::test]
async fn what_is_below_can_be_had() {
    let proxies = TrustedProxies::new([ip("127.0.0.1")]);
    let mut server = ProxyProtocolAcceptLayer::from(proxies).slots(9).layer(tcp_server().await);
    let address = server.handle().address();
    assert_eq!(server.get_ref().handle().address(), address);
    assert_eq!(server.get_mut().handle().address(), address);
    let below: TcpServer = server.into_inner();
    assert_eq!(below.handle().address(), address);
}
