//! Through an HTTP proxy, with CONNECT.

use std::net::Ipv4Addr;

use ::http::HeaderValue;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_test::{assert_pending, task};
use tower::{ServiceBuilder, ServiceExt};
use tower_socket::{
    Address, Connector, ErrorKind, TcpConnector,
    layers::{DnsLayer, TlsLayer, dns::FixedHosts},
};

use super::{Secure, meet, port_of, program::Proxy, through, uri};
use crate::support::{Reserved, tcp_server};

/// `user:secret`
const AUTHORIZATION: HeaderValue = HeaderValue::from_static("Basic dXNlcjpzZWNyZXQ=");

fn tunnel(proxy: &Proxy) -> Tunnel<TcpConnector> {
    Tunnel::new(uri(proxy.address), TcpConnector::new()).with_auth(AUTHORIZATION)
}

#[tokio::test]
async fn tls_goes_through_an_http_proxy_that_looks_up_the_name() {
    let Some(proxy) = Proxy::tinyproxy() else { return };
    let mut target = Secure::named("localhost").await;
    let connector = through(tunnel(&proxy)).tls(target.client.clone()).build();
    let connecting = connector.connect(format!("tls://localhost:{}", target.port()));
    let connection = target.meet(connecting).await;
    assert_eq!(connection.info().tls().unwrap().server_name(), Some("localhost"));
    assert_eq!(connection.peer_address(), Some(Address::Tls(proxy.address)));
}

#[tokio::test]
async fn a_name_may_be_looked_up_before_the_proxy() {
    let Some(proxy) = Proxy::tinyproxy() else { return };
    let mut target = Secure::named("target.test").await;
    let hosts = FixedHosts::new().with("target.test", [Ipv4Addr::LOCALHOST]);
    let builder = through(tunnel(&proxy)).dns(DnsLayer::new(hosts));
    let connector = builder.tls(target.client.clone()).build();
    let connecting = connector.connect(format!("tls://target.test:{}", target.port()));
    let connection = target.meet(connecting).await;
    assert_eq!(connection.info().tls().unwrap().server_name(), Some("target.test"));
}

#[tokio::test]
async fn plain_tcp_goes_through_an_http_proxy() {
    let Some(proxy) = Proxy::tinyproxy() else { return };
    let mut server = tcp_server().await;
    let connector = through(tunnel(&proxy)).build();
    let connecting = connector.connect(("127.0.0.1", port_of(&server)));
    meet(&mut server, connecting).await;
}

#[tokio::test]
async fn a_stack_made_by_hand_goes_through_an_http_proxy() {
    let Some(proxy) = Proxy::tinyproxy() else { return };
    let mut target = Secure::named("localhost").await;
    let stack = ServiceBuilder::new()
        .layer(TlsLayer::new(target.client.clone()))
        .service(Connector::from_service(tunnel(&proxy)));
    let uri = format!("tls://localhost:{}", target.port()).parse().unwrap();
    target.meet(stack.oneshot(uri)).await;
}

#[tokio::test]
async fn what_the_http_proxy_refuses_is_said() {
    let Some(proxy) = Proxy::tinyproxy() else { return };
    let closed = Reserved::new();
    let target = closed.address();
    let connector = through(tunnel(&proxy)).build();
    let error = connector.connect(target).await.unwrap_err();
    let expected = format!("connection to tcp://{target} failed: tunnel error: unsuccessful");
    assert_eq!(error.to_string(), expected);

    let tunnel = Tunnel::new(uri(proxy.address), TcpConnector::new());
    let error = through(tunnel).build().connect(target).await.unwrap_err();
    let reason = "tunnel error: proxy authorization required";
    assert_eq!(error.to_string(), format!("connection to tcp://{target} failed: {reason}"));
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn an_http_proxy_that_is_not_there_is_said() {
    let closed = Reserved::new();
    let proxy = closed.address();
    let connector = through(Tunnel::new(uri(proxy), TcpConnector::new())).build();
    let error = connector.connect("tls://example.com:443").await.unwrap_err();
    let expected = format!(
        "connection to tls://example.com:443 failed: tunnel error: failed to create underlying \
         connection: connection to tcp://{proxy} failed: connection refused (ECONNREFUSED)"
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.io_kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection_to_the_proxy() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = uri(silent.local_addr().unwrap());
    let connector = through(Tunnel::new(proxy, TcpConnector::new())).build();
    let mut connecting = task::spawn(connector.connect("tls://example.com:443"));
    assert_pending!(connecting.poll());
    let (mut accepted, _) = silent.accept().await.unwrap();
    while !connecting.is_woken() {
        tokio::task::yield_now().await;
    }
    assert_pending!(connecting.poll());
    drop(connecting);
    let mut request = String::new();
    accepted.read_to_string(&mut request).await.unwrap();
    assert!(request.starts_with("CONNECT example.com:443 HTTP/1.1\r\n"), "{request}");
}
