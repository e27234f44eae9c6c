//! Through a SOCKS proxy.

use std::net::Ipv4Addr;

use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5};
use tower_socket::{
    Address, ErrorKind, TcpConnector,
    layers::{DnsLayer, dns::FixedHosts},
};

use super::{Secure, meet, port_of, program::Proxy, through, uri};
use crate::support::{Reserved, tcp_server};

fn version_4(proxy: &Proxy) -> SocksV4<TcpConnector> {
    SocksV4::new(uri(proxy.address), TcpConnector::new())
}

fn version_5(proxy: &Proxy) -> SocksV5<TcpConnector> {
    SocksV5::new(uri(proxy.address), TcpConnector::new())
}

#[tokio::test]
async fn tls_goes_through_socks_5_by_name_and_by_address() {
    let Some(proxy) = Proxy::dante() else { return };
    for host in ["localhost", "127.0.0.1"] {
        let mut target = Secure::named(host).await;
        let connector = through(version_5(&proxy)).tls(target.client.clone()).build();
        let connecting = connector.connect(format!("tls://{host}:{}", target.port()));
        let connection = target.meet(connecting).await;
        assert!(connection.info().tls().is_some());
        assert_eq!(connection.peer_address(), Some(Address::Tls(proxy.address)));
    }
}

// dante does not know version 4a, which hands on names.
#[tokio::test]
async fn tls_goes_through_socks_4_with_the_name_looked_up_here() {
    let Some(proxy) = Proxy::dante() else { return };
    let mut target = Secure::named("target.test").await;
    let hosts = FixedHosts::new().with("target.test", [Ipv4Addr::LOCALHOST]);
    let builder = through(version_4(&proxy)).dns(DnsLayer::new(hosts));
    let connector = builder.tls(target.client.clone()).build();
    let connecting = connector.connect(format!("tls://target.test:{}", target.port()));
    assert!(target.meet(connecting).await.info().tls().is_some());
}

#[tokio::test]
async fn plain_tcp_goes_through_socks() {
    let Some(proxy) = Proxy::dante() else { return };
    let connectors = [through(version_4(&proxy)).build(), through(version_5(&proxy)).build()];
    for connector in connectors {
        let mut server = tcp_server().await;
        let connecting = connector.connect(("127.0.0.1", port_of(&server)));
        meet(&mut server, connecting).await;
    }
}

#[tokio::test]
async fn what_the_socks_proxy_refuses_is_said() {
    let Some(proxy) = Proxy::dante() else { return };
    let closed = Reserved::new();
    let target = closed.address();
    let error = through(version_5(&proxy)).build().connect(target).await.unwrap_err();
    let expected = format!("connection to tcp://{target} failed: SOCKS error: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert_eq!(error.kind(), ErrorKind::Connect);
}
