//! From whom a header is read.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_test::{assert_pending, task};
use tower::ServiceExt;
use tower_socket::{
    Connection, Error, ErrorKind,
    layers::proxy_protocol::{IpNet, ProxyHeader, TrustedProxies},
};

use super::{CLIENT, PROXY, connection_from, ip, proxies, send, service, tcp, v1, v2};

fn network(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// Whether a header from there is read.
async fn believes(proxies: &TrustedProxies, peer: &str) -> bool {
    let (connection, _far) = send(proxies.clone(), peer, v2().to_bytes()).await;
    connection.unwrap().info().proxy_header().is_some()
}

/// All that a connection receives once its client has nothing more to say.
async fn received(mut connection: Connection, mut far: DuplexStream) -> Vec<u8> {
    far.shutdown().await.unwrap();
    let mut received = Vec::new();
    connection.read_to_end(&mut received).await.unwrap();
    received
}

#[tokio::test]
async fn the_header_of_a_stranger_is_payload() {
    for header in [v1(), v2(), ProxyHeader::v2_local()] {
        let bytes = header.to_bytes();
        let (connection, far) = send(proxies(), "192.0.2.10:1", &bytes).await;
        let connection = connection.unwrap();
        assert_eq!(connection.peer_address(), tcp("192.0.2.10:1"));
        assert_eq!(connection.info().proxy_header(), None);
        assert_eq!(connection.info().proxy_address(), None);
        assert_eq!(received(connection, far).await, bytes);
    }
}

#[tokio::test]
async fn a_stranger_need_not_say_anything() {
    let (connection, _far) = connection_from("192.0.2.10:1", 64);
    service(proxies()).oneshot(connection).await.unwrap();
}

#[tokio::test]
async fn a_stranger_can_be_refused_before_a_byte_is_read() {
    let (connection, mut far) = connection_from("192.0.2.10:1", 64);
    far.write_all(b"hello").await.unwrap();
    let info = connection.info().clone();
    let refused = service(proxies().refuse_others()).oneshot(connection).await;
    let error = Error::from(refused.unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(
        error.to_string(),
        "connection from tcp://192.0.2.10:1 denied: it is no proxy that is trusted"
    );
    assert_eq!(info.bytes_read(), 0);
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0, "it is closed");
    assert!(believes(&proxies().refuse_others(), PROXY).await);
}

#[tokio::test]
async fn a_trusted_proxy_has_to_send_one() {
    for payload in ["GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02", "P", "PROXX", "\r\n\r\n\x01"] {
        let (connection, mut far) = connection_from(PROXY, 64);
        far.write_all(payload.as_bytes()).await.unwrap();
        let mut reading = task::spawn(service(proxies()).oneshot(connection));
        if payload == "P" {
            assert_pending!(reading.poll());
            continue;
        }
        let error = Error::from(reading.await.unwrap_err());
        assert_eq!(error.kind(), ErrorKind::ProxyHeader);
        assert_eq!(error.peer().cloned(), tcp(PROXY));
        assert_eq!(
            error.to_string(),
            "connection from tcp://192.0.2.9:50000 failed during the PROXY header: there is none"
        );
    }
}

#[tokio::test]
async fn a_silent_proxy_is_waited_for() {
    let (connection, _far) = connection_from(PROXY, 64);
    assert_pending!(task::spawn(service(proxies()).oneshot(connection)).poll());
}

#[tokio::test]
async fn without_networks_nobody_is_believed() {
    let nobody = TrustedProxies::new([] as [IpNet; 0]);
    assert!(!believes(&nobody, PROXY).await);
    assert!(!believes(&nobody, "127.0.0.1:1").await);
    assert!(!believes(&nobody, "[::1]:1").await);
}

#[tokio::test]
async fn the_narrowest_network_around_an_address_counts() {
    let proxies = TrustedProxies::new([network("10.0.0.0/8"), network("10.1.2.3/32")])
        .except([network("10.1.0.0/16")]);
    for (peer, believed) in [
        ("10.0.0.1:1", true),
        ("10.1.0.1:1", false),
        ("10.1.2.3:1", true),
        ("10.1.2.4:1", false),
        ("11.0.0.1:1", false),
        ("[::1]:1", false),
    ] {
        assert_eq!(believes(&proxies, peer).await, believed, "{peer}");
    }
}

#[tokio::test]
async fn a_mapped_ipv4_address_is_that_address() {
    assert!(believes(&proxies(), "[::ffff:192.0.2.9]:1").await);
    let mapped = TrustedProxies::new([network("::ffff:192.0.2.0/120")]);
    assert!(believes(&mapped, PROXY).await);
    assert!(!believes(&proxies(), "[::ffff:192.0.2.10]:1").await);
    let everything_v6 = TrustedProxies::new([network("::/0")]);
    assert!(!believes(&everything_v6, "[::ffff:192.0.2.9]:1").await);
    assert!(believes(&everything_v6, "[2001:db8::1]:1").await);
}

#[tokio::test]
async fn peers_without_an_address_are_strangers_unless_they_are_named() {
    async fn believed(proxies: TrustedProxies) -> bool {
        let (near, mut far) = tokio::net::UnixStream::pair().unwrap();
        far.write_all(&v1().to_bytes()).await.unwrap();
        let connection = service(proxies).oneshot(near.into()).await.unwrap();
        assert_eq!(connection.info().proxy_address(), None);
        connection.peer_address() == tcp(CLIENT)
    }
    assert!(!believed(TrustedProxies::new([network("0.0.0.0/0"), network("::/0")])).await);
    assert!(believed(proxies().and_unix()).await);
    let addresses = [ip("192.0.2.9")].into_iter().collect::<TrustedProxies>();
    assert!(!believed(addresses).await);
}

/// Whoever the proxy names does not become a proxy by that.
#[tokio::test]
async fn what_is_trusted_is_the_peer_and_not_the_client() {
    let (connection, far) = send(proxies(), "192.0.2.10:1", {
        let from_proxy = ProxyHeader::v2(super::address(PROXY), super::address(CLIENT));
        [from_proxy.to_bytes(), v2().to_bytes()].concat()
    })
    .await;
    let connection = connection.unwrap();
    assert_eq!(connection.peer_address(), tcp("192.0.2.10:1"));
    assert_eq!(received(connection, far).await.len(), 2 * 28);
}
