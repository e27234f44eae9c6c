use futures_util::FutureExt;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tower::Layer;
use tower_socket::{
    ErrorKind, Incoming, Server,
    layers::{
        HandshakeLayer, LimitLayer,
        access::{AccessLayer, AccessList},
        tls::{Identity, ServerTls},
    },
    server::Counters,
};

use super::greeted;
use crate::support::{certificates::self_signed, connect, pair_at, tcp_server, uri_of};

fn counters(server: &impl Incoming) -> Counters {
    server.handle().counters()
}

fn rejected(counters: &Counters) -> Vec<(ErrorKind, u64)> {
    counters.rejected().collect()
}

fn errors(counters: &Counters) -> Vec<(ErrorKind, u64)> {
    counters.errors().collect()
}

#[tokio::test]
async fn what_is_accepted_and_what_is_open_is_counted() {
    let mut server = tcp_server().await;
    let (_client, first) = pair_at(&mut server).await;
    let (_client, _second) = pair_at(&mut server).await;
    drop(first);
    let counters = counters(&server);
    assert_eq!((counters.accepted, counters.open, counters.handshaking), (2, 1, 0));
    assert_eq!((rejected(&counters), errors(&counters)), (vec![], vec![]));
}

#[tokio::test]
async fn handshakes_are_counted_while_they_run() {
    let mut server = greeted(9).await;
    let mut client = connect(uri_of(&server)).await;
    while counters(&server).handshaking == 0 {
        assert!(server.accept().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    client.write_u8(1).await.unwrap();
    let connection = server.accept().await.unwrap().unwrap();
    let then = counters(&server);
    assert_eq!((then.accepted, then.open, then.handshaking), (1, 1, 0));
    drop(connection);
    assert_eq!(counters(&server).open, 0);
}

#[tokio::test]
async fn handshakes_that_are_dropped_are_counted_no_more() {
    let mut server = greeted(9).await;
    let handle = server.handle();
    let _client = connect(uri_of(&server)).await;
    while handle.counters().handshaking == 0 {
        assert!(server.accept().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    drop(server);
    handle.connections().emptied().await;
    assert_eq!((handle.counters().open, handle.counters().handshaking), (0, 0));
}

#[tokio::test]
async fn a_failed_handshake_is_an_error_of_its_kind() {
    let mut server = greeted(9).await;
    for _ in 0..2 {
        connect(uri_of(&server)).await.write_u8(0).await.unwrap();
        server.accept().await.unwrap().unwrap_err();
    }
    let then = counters(&server);
    assert_eq!(errors(&then), [(ErrorKind::Handshake, 2)]);
    assert_eq!((then.accepted, then.open, then.handshaking), (2, 0, 0));
}

#[tokio::test]
async fn an_evicted_handshake_is_rejected() {
    let mut server = greeted(1).await;
    let _silent = connect(uri_of(&server)).await;
    let mut polite = connect(uri_of(&server)).await;
    polite.write_u8(1).await.unwrap();
    server.accept().await.unwrap().unwrap_err();
    server.accept().await.unwrap().unwrap();
    assert_eq!(rejected(&counters(&server)), [(ErrorKind::Evicted, 1)]);
}

#[tokio::test]
async fn a_connection_beyond_a_limit_is_rejected() {
    let mut server = LimitLayer::new(1).layer(tcp_server().await);
    let _first = pair_at(&mut server).await;
    let _second = connect(uri_of(&server)).await;
    server.accept().await.unwrap().unwrap_err();
    let then = counters(&server);
    assert_eq!(rejected(&then), [(ErrorKind::LimitReached, 1)]);
    assert_eq!((then.accepted, then.open), (2, 1));
}

#[tokio::test]
async fn a_connection_that_may_not_come_in_is_rejected() {
    let mut server = AccessLayer::new(AccessList::deny_all()).layer(tcp_server().await);
    let _client = connect(uri_of(&server)).await;
    server.accept().await.unwrap().unwrap_err();
    assert_eq!(rejected(&counters(&server)), [(ErrorKind::Denied, 1)]);
}

#[tokio::test]
async fn a_connection_is_counted_once_whatever_it_passes() {
    let limit = LimitLayer::new(0);
    let refusing =
        limit.layer(tower::service_fn(|connection| async { Ok::<_, std::io::Error>(connection) }));
    let mut server = HandshakeLayer::new(refusing).layer(tcp_server().await);
    let _client = connect(uri_of(&server)).await;
    server.accept().await.unwrap().unwrap_err();
    let then = counters(&server);
    assert_eq!(rejected(&then), [(ErrorKind::LimitReached, 1)]);
    assert_eq!(errors(&then), []);
}

#[tokio::test]
async fn several_servers_as_one_add_up() {
    let leaf = self_signed(&["127.0.0.1"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let tls = ServerTls::builder().identity(identity).build().unwrap();
    let builder = Server::builder().tls(tls);
    let (plain, secure) =
        tokio::join!(builder.bind("127.0.0.1:0"), builder.bind("tls://127.0.0.1:0"));
    let (plain, secure) = (plain.unwrap(), secure.unwrap());
    let (plain_address, secure_address) = (uri_of(&plain), secure.handle().address().unwrap());
    let mut server = Server::merge([plain, secure]);

    let _client = connect(plain_address).await;
    let _connection = server.accept().await.unwrap().unwrap();
    let mut stranger = TcpStream::connect(secure_address.socket_addr().unwrap()).await.unwrap();
    stranger.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    server.accept().await.unwrap().unwrap_err();
    let then = counters(&server);
    assert_eq!((then.accepted, then.open, then.handshaking), (2, 1, 0));
    assert_eq!(errors(&then), [(ErrorKind::Tls, 1)]);
}

#[tokio::test]
async fn a_connection_knows_the_listener_that_accepted_it() {
    let mut server = tcp_server().await;
    let address = server.handle().address().unwrap();
    let (client, accepted) = pair_at(&mut server).await;
    assert_eq!(accepted.info().listener_address(), Some(address.clone()));
    assert_eq!(client.info().listener_address(), None);
    server.handle().close();
    assert_eq!(accepted.info().listener_address(), Some(address));
}
