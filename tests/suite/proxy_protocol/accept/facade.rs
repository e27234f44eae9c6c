//! The server facade behind proxies.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use tower::{ServiceBuilder, ServiceExt, util::option_layer};
use tower_socket::{
    Address, Connection, Error, ErrorKind, Incoming, IntoUri, Server, TcpConnector, UnixConnector,
    layers::{
        LimitLayer, TlsAcceptLayer, TlsLayer,
        access::AccessList,
        proxy_protocol::{
            IpNet, ProxyHeader, ProxyProtocolAcceptLayer, ProxyProtocolLayer, TrustedProxies,
        },
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
    server::ServerBuilder,
};

use super::{CLIENT, ip, tcp, v1, v2};
use crate::support::{SocketPath, certificates::Authority};

fn loopback() -> TrustedProxies {
    TrustedProxies::new([ip("127.0.0.1")])
}

fn tls() -> (ServerTls, ClientTls) {
    let authority = Authority::new();
    let leaf = authority.leaf(&["127.0.0.1"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(authority.certificate.pem());
    let server = ServerTls::builder().identity(identity).build().unwrap();
    (server, ClientTls::builder().roots(roots).build().unwrap())
}

/// A server behind proxies on this machine, with or without TLS, and what its
/// clients need.
async fn bind(builder: ServerBuilder, secure: bool) -> (Server, Option<ClientTls>) {
    let (tls, client) = tls();
    let uri = if secure { "tls://127.0.0.1:0" } else { "tcp://127.0.0.1:0" };
    let server = builder.proxy_protocol(loopback()).tls(tls).bind(uri).await.unwrap();
    (server, secure.then_some(client))
}

type Opened = Result<Connection, Error>;

/// Both ends of a connection through a proxy that says this.
async fn meet(
    server: &mut Server,
    tls: Option<&ClientTls>,
    header: ProxyHeader,
) -> (Opened, Opened) {
    let stack = ServiceBuilder::new()
        .layer(option_layer(tls.map(|tls| TlsLayer::new(tls.clone()))))
        .layer(ProxyProtocolLayer::new(header))
        .service(TcpConnector::new());
    let uri = server.handle().address().unwrap().into_uri().unwrap();
    let (connected, item) = tokio::join!(stack.oneshot(uri), server.accept());
    (connected, item.unwrap())
}

fn from(client: &str) -> ProxyHeader {
    ProxyHeader::v2(super::address(client), super::address(super::FRONT))
}

async fn reach(server: &Server) -> TcpStream {
    TcpStream::connect(server.handle().address().unwrap().socket_addr().unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_client_is_the_peer_with_tls_and_without() {
    for secure in [false, true] {
        for header in [v1(), v2().tlv(0xE0, "more").unwrap().checksum().unwrap()] {
            let (mut server, tls) = bind(Server::builder(), secure).await;
            let (client, accepted) = meet(&mut server, tls.as_ref(), header.clone()).await;
            let (mut client, mut accepted) = (client.unwrap(), accepted.unwrap());
            client.write_all(b"hello").await.unwrap();
            client.flush().await.unwrap();
            let mut received = [0; 5];
            accepted.read_exact(&mut received).await.unwrap();
            assert_eq!(&received, b"hello");

            let address = super::address(CLIENT);
            let expected = if secure { Address::Tls(address) } else { Address::Tcp(address) };
            assert_eq!(accepted.peer_address(), Some(expected));
            assert_eq!(accepted.info().tls().is_some(), secure);
            assert_eq!(accepted.info().proxy_header(), Some(&header));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_deadline_covers_the_header_and_tls() {
    let (mut server, _) = bind(Server::builder(), true).await;
    let mut proxy = reach(&server).await;
    let late = async {
        sleep(Duration::from_secs(6)).await;
        proxy.write_all(&v2().to_bytes()).await.unwrap();
        sleep(Duration::from_secs(60)).await;
    };
    let error = tokio::select! {
        item = server.accept() => item.unwrap().unwrap_err(),
        () = late => panic!("it is over long before"),
    };
    assert_eq!(
        error.to_string(),
        "connection from tcp://198.51.100.1:1234 timed out during TLS handshake after 10s \
         (ETIMEDOUT)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_before_the_header_names_the_proxy() {
    for secure in [false, true] {
        let (mut server, _) = bind(Server::builder(), secure).await;
        let proxy = reach(&server).await;
        let error = server.accept().await.unwrap().unwrap_err();
        let peer = proxy.local_addr().unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "connection from tcp://{peer} timed out during the PROXY header after 10s \
                 (ETIMEDOUT)"
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_that_of_the_layer() {
    let seconds = Duration::from_secs(3);
    let proxies = ProxyProtocolAcceptLayer::new(loopback()).handshake_timeout(seconds);
    let certificate = TlsAcceptLayer::new(tls().0).handshake_timeout(2 * seconds);
    let builder = Server::builder().proxy_protocol(proxies).tls(certificate);
    for (uri, expected) in [("tcp://127.0.0.1:0", seconds), ("tls://127.0.0.1:0", 2 * seconds)] {
        let mut server = builder.bind(uri).await.unwrap();
        let _silent = reach(&server).await;
        let error = server.accept().await.unwrap().unwrap_err();
        assert_eq!(error.elapsed(), Some(expected), "{uri}");
    }
}

#[tokio::test]
async fn a_failed_tls_handshake_names_the_client() {
    let (mut server, _) = bind(Server::builder(), true).await;
    let mut proxy = reach(&server).await;
    proxy.write_all(&v2().to_bytes()).await.unwrap();
    proxy.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let error = server.accept().await.unwrap().unwrap_err();
    assert!(error.is_tls(), "{error}");
    assert_eq!(error.peer().cloned(), tcp(CLIENT));
}

#[tokio::test]
async fn sources_are_the_clients() {
    for secure in [false, true] {
        let (mut server, tls) = bind(Server::builder().per_source(1), secure).await;
        let mut open = Vec::new();
        for client in ["198.51.100.1:1", "198.51.100.2:1", "198.51.100.1:2"] {
            let (connected, item) = meet(&mut server, tls.as_ref(), from(client)).await;
            let refused = client == "198.51.100.1:2";
            assert_eq!(item.is_err(), refused, "{client}");
            if let Err(error) = &item {
                assert!(error.is_limit_reached());
                assert_eq!(error.peer().cloned(), tcp(client));
            }
            open.push((connected, item));
        }
    }
}

#[cfg(feature = "rate-limit")]
#[tokio::test]
async fn the_rate_of_a_source_is_that_of_the_client() {
    use tower_socket::layers::rate_limit::{AcceptRateLayer, Rate};

    for secure in [false, true] {
        let rate = AcceptRateLayer::unlimited().per_source(Rate::per_hour(1));
        let (mut server, tls) = bind(Server::builder().accept_rate(rate), secure).await;
        for client in ["198.51.100.1:1", "198.51.100.2:1"] {
            let (_client, item) = meet(&mut server, tls.as_ref(), from(client)).await;
            item.unwrap();
        }
        let again = "198.51.100.1:2";
        let (_client, item) = meet(&mut server, tls.as_ref(), from(again)).await;
        let error = item.unwrap_err();
        assert!(error.is_rate_limited());
        assert_eq!(error.peer().cloned(), tcp(again));
    }
}

#[tokio::test]
async fn the_access_list_is_about_the_clients() {
    let network: IpNet = "198.51.100.0/24".parse().unwrap();
    for secure in [false, true] {
        let builder = Server::builder().access(AccessList::deny_all().allow(network));
        let (mut server, tls) = bind(builder, secure).await;
        let (_client, item) = meet(&mut server, tls.as_ref(), from(CLIENT)).await;
        item.unwrap();
        let other = "192.0.2.1:7";
        let (_client, item) = meet(&mut server, tls.as_ref(), from(other)).await;
        let error = item.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        assert_eq!(error.peer().cloned(), tcp(other));
    }
}

#[tokio::test]
async fn both_limits_hold_behind_proxies() {
    for secure in [false, true] {
        let (limit, accepted) = (LimitLayer::new(1), LimitLayer::new(2));
        let builder = Server::builder().limit(limit.clone()).limit_accepted(accepted.clone());
        let (mut server, tls) = bind(builder, secure).await;
        let (_client, item) = meet(&mut server, tls.as_ref(), from(CLIENT)).await;
        let _first = item.unwrap();
        assert_eq!((limit.connections().len(), accepted.connections().len()), (1, 1));
        let (_client, item) = meet(&mut server, tls.as_ref(), from(CLIENT)).await;
        assert!(item.unwrap_err().is_limit_reached());
    }
}

#[tokio::test]
async fn strangers_are_no_clients_of_the_proxy() {
    let (server_tls, client_tls) = tls();
    let elsewhere = TrustedProxies::new([ip("127.0.0.9")]);
    let builder = Server::builder().tls(server_tls).proxy_protocol(elsewhere);
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let plain = ServiceBuilder::new().layer(TlsLayer::new(client_tls.clone()));
    let uri = server.handle().address().unwrap().into_uri().unwrap();
    let connecting = plain.service(TcpConnector::new()).oneshot(uri);
    let (client, item) = tokio::join!(connecting, server.accept());
    assert_eq!(item.unwrap().unwrap().peer_address(), client.unwrap().local_address());

    let (client, item) = meet(&mut server, Some(&client_tls), v2()).await;
    client.unwrap_err();
    let error = item.unwrap_err();
    assert!(error.is_tls(), "its header is no ClientHello: {error}");
    assert!(error.peer().unwrap().ip().unwrap().is_loopback());
}

#[tokio::test]
async fn a_proxy_may_come_over_a_unix_socket() {
    let path = SocketPath::new();
    let builder = Server::builder().proxy_protocol(loopback().and_unix()).per_source(1);
    let mut server = builder.bind(path.uri()).await.unwrap();
    let uri = server.handle().address().unwrap().into_uri().unwrap();
    let stack =
        || ServiceBuilder::new().layer(ProxyProtocolLayer::new(v2())).service(UnixConnector::new());
    let (_client, item) = tokio::join!(stack().oneshot(uri.clone()), server.accept());
    let accepted = item.unwrap().unwrap();
    assert_eq!(accepted.peer_address(), tcp(CLIENT));
    assert_eq!(accepted.info().proxy_address(), None);
    let (_client, item) = tokio::join!(stack().oneshot(uri), server.accept());
    assert!(item.unwrap().unwrap_err().is_limit_reached());
}

#[tokio::test]
async fn the_handle_shows_where_it_listens() {
    for secure in [false, true] {
        let (server, _) = bind(Server::builder(), secure).await;
        let address = server.handle().address().unwrap();
        assert_eq!(matches!(address, Address::Tls(_)), secure);
        assert_eq!(matches!(address, Address::Tcp(_)), !secure);
    }
}
