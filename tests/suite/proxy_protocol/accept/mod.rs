//! The side that receives the header.

mod deadline;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod facade;
mod facts;
mod malformed;
mod properties;
mod reading;
mod stack;
mod trust;

use std::{convert::Infallible, net::IpAddr};

use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tower::{Service, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Address, BoxError, Connection, ConnectionInfo, Error,
    layers::proxy_protocol::{ProxyHeader, ReadProxyHeaderLayer, TrustedProxies},
};

use super::address;

/// The proxy of these tests.
const PROXY: &str = "192.0.2.9:50000";
const CLIENT: &str = "198.51.100.1:1234";
const FRONT: &str = "203.0.113.7:443";

fn proxies() -> TrustedProxies {
    TrustedProxies::new([ip("192.0.2.9")])
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn tcp(text: &str) -> Option<Address> {
    Some(Address::Tcp(address(text)))
}

fn v1() -> ProxyHeader {
    ProxyHeader::v1(address(CLIENT), address(FRONT))
}

fn v2() -> ProxyHeader {
    ProxyHeader::v2(address(CLIENT), address(FRONT))
}

/// Headers of all lengths.
fn headers() -> Vec<ProxyHeader> {
    let v6 = (address("[2001:db8::1]:1"), address("[2001:db8::2]:2"));
    vec![
        v1(),
        ProxyHeader::v1(v6.0, v6.1),
        ProxyHeader::v1(address("1.1.1.1:1"), address("1.1.1.1:1")),
        ProxyHeader::v1(address("[::]:1"), address("[::]:1")),
        ProxyHeader::v1_unknown(),
        v2(),
        ProxyHeader::v2(v6.0, v6.1),
        ProxyHeader::v2_local(),
        v2().checksum().unwrap(),
        v2().tlv(0xE0, vec![7; 1000]).unwrap().checksum().unwrap(),
    ]
}

/// A connection from there, and its other end.
fn connection_from(peer: &str, size: usize) -> (Connection, DuplexStream) {
    let (near, far) = duplex(size);
    (Connection::new(near, ConnectionInfo::new(tcp(peer))), far)
}

/// Hands on what comes through the layer.
fn service(
    proxies: TrustedProxies,
) -> impl Service<Connection, Response = Connection, Error = BoxError> + Clone {
    let keep = async |connection: Connection| Ok::<_, Infallible>(connection);
    ReadProxyHeaderLayer::new(proxies).layer(service_fn(keep))
}

/// What comes of a connection from there with these bytes, all at once, and its
/// other end.
async fn send(
    proxies: TrustedProxies,
    peer: &str,
    bytes: impl AsRef<[u8]>,
) -> (Result<Connection, Error>, DuplexStream) {
    let (connection, mut far) = connection_from(peer, 1 << 20);
    far.write_all(bytes.as_ref()).await.unwrap();
    let read = service(proxies).oneshot(connection).await;
    (read.map_err(Error::from), far)
}

/// A header from the proxy.
async fn receive(bytes: impl AsRef<[u8]>) -> Result<Connection, Error> {
    let (read, mut far) = send(proxies(), PROXY, bytes).await;
    let _ = far.shutdown().await;
    read
}

/// What is wrong with a header, without the words before.
async fn complaint(bytes: impl AsRef<[u8]>) -> String {
    let (connection, mut far) = connection_from(PROXY, 1 << 20);
    far.write_all(bytes.as_ref()).await.unwrap();
    far.shutdown().await.unwrap();
    let info = connection.info().clone();
    let error = Error::from(service(proxies()).oneshot(connection).await.unwrap_err());
    assert_eq!(error.kind(), tower_socket::ErrorKind::ProxyHeader);
    assert_eq!(error.peer().cloned(), tcp(PROXY), "the peer is the real one");
    assert_eq!(info.peer_address(), tcp(PROXY));
    assert!(info.is_closed());
    let text = error.to_string();
    let start = "connection from tcp://192.0.2.9:50000 failed during the PROXY header: ";
    text.strip_prefix(start).unwrap_or_else(|| panic!("{text}")).to_owned()
}
