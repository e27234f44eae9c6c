//! A server that speaks TLS.

use std::time::Duration;

use futures_util::StreamExt;
use http::Uri;
use tokio::io::AsyncReadExt;
use tokio_test::{assert_pending, task};
use tower::{ServiceBuilder, ServiceExt};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, ErrorKind, Incoming,
    layers::tls::{ClientTls, TlsAcceptLayer, TlsAcceptor},
};

use super::{Company, connect, failed, listen, plain};

// TLSS-02
#[tokio::test]
async fn the_address_of_the_server_says_tls() {
    let (server, uri) = Company::local().listen().await;
    let below = server.get_ref().handle().address().unwrap().to_string();
    assert!(below.starts_with("tcp://127.0.0.1:"));
    assert_eq!(uri, below.replace("tcp://", "tls://"));
}

// TLSS-03, TLSS-04
#[tokio::test]
async fn pausing_and_closing_pass_through() {
    let (mut server, _) = Company::local().listen().await;
    let (handle, below) = (server.handle(), server.get_ref().handle());
    handle.pause();
    assert!(below.is_paused());
    handle.resume();
    assert!(!below.is_paused());
    handle.close();
    assert!(below.is_closed());
    assert_eq!(handle.address(), None);
    assert!(server.accept().await.is_none());
}

// TLSS-05
#[tokio::test]
async fn an_error_below_is_forwarded_unchanged() {
    let error = Error::from(tower::BoxError::from("no more descriptors"));
    let text = error.to_string();
    let below = futures_util::stream::iter([Err(error)]);
    let mut server = TlsAcceptLayer::new(Company::local().server).layer(below);
    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Connect, text));
}

// TLSS-06, TLSS-12
#[tokio::test]
async fn an_idle_client_is_neither_a_connection_nor_an_error() {
    let (server, uri) = Company::local().listen().await;
    let handle = server.handle();
    let (mut client, _) = plain(&uri).await;
    let mut server = task::spawn(server);
    let accepted = async {
        while handle.connections().is_empty() {
            assert_pending!(server.poll_next());
            tokio::task::yield_now().await;
        }
    };
    accepted.await;
    assert_pending!(server.poll_next());
    assert_pending!(task::spawn(client.read_u8()).poll());
}

// TLSS-07
#[tokio::test]
async fn a_silent_client_delays_nobody() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let _silent = plain(&uri).await;
    let (client, accepted) = tokio::join!(connect(company.connector(), &uri), server.accept());
    client.unwrap();
    accepted.unwrap().unwrap();
}

// CONN-08
#[tokio::test]
async fn a_handshake_turns_both_addresses_of_a_connection_into_tls() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let accepting = async {
        let plain = server.get_mut().accept().await.unwrap().unwrap();
        let before = (plain.peer_address().unwrap(), plain.local_address().unwrap());
        let secured = TlsAcceptor::new(company.server.clone()).oneshot(plain).await.unwrap();
        (before, secured)
    };
    let (client, ((peer, local), secured)) =
        tokio::join!(connect(company.connector(), &uri), accepting);
    let _client = client.unwrap();
    assert!(matches!((&peer, &local), (Address::Tcp(_), Address::Tcp(_))));
    let tls = |address: Address| Some(Address::Tls(address.socket_addr().unwrap()));
    assert_eq!(secured.peer_address(), tls(peer));
    assert_eq!(secured.local_address(), tls(local));
}

// TLSS-08, TLSS-09, INT-07
#[tokio::test]
async fn both_sides_see_the_address_of_the_server() {
    let (client, accepted, server) = Company::local().connection().await;
    let address = server.handle().address().unwrap();
    assert_eq!(client.peer_address(), Some(address.clone()));
    assert_eq!(accepted.local_address(), Some(address));
    assert_eq!(accepted.peer_address(), client.local_address());
    assert_ne!(client.info().id(), accepted.info().id());
    assert_eq!(server.handle().connections().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_gets_ten_seconds() {
    let (near, mut far) = tokio::io::duplex(64);
    let peer = Address::Tcp("192.0.2.1:50000".parse().unwrap());
    let connection = Connection::new(near, ConnectionInfo::new(Some(peer)));
    let below = futures_util::stream::iter([Ok(connection)]);
    let mut server = TlsAcceptLayer::new(Company::local().server).layer(below);
    let error = server.next().await.unwrap().unwrap_err();
    let expected = "connection from tcp://192.0.2.1:50000 timed out during TLS handshake after 10s \
                    (ETIMEDOUT)";
    assert_eq!(error.to_string(), expected);
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
}

// TLSS-12
#[tokio::test(start_paused = true)]
async fn the_time_for_a_handshake_can_be_chosen() {
    let (near, _far) = tokio::io::duplex(64);
    let below = futures_util::stream::iter([Ok(Connection::from(near))]);
    let layer = TlsAcceptLayer::new(Company::local().server);
    let layer = layer.handshake_timeout(Duration::from_millis(250));
    let error = layer.layer(below).next().await.unwrap().unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.elapsed(), Some(Duration::from_millis(250)));
}

#[tokio::test]
async fn with_all_slots_taken_the_oldest_handshake_makes_room() {
    let company = Company::local();
    let layer = TlsAcceptLayer::new(company.server.clone()).slots(1);
    let (mut server, uri) = listen(layer).await;
    let (_silent, address) = plain(&uri).await;
    let connector = company.connector();
    let client = tokio::spawn(async move { connect(connector, &uri).await });
    let error = failed(&mut server).await;
    assert_eq!(error.kind(), ErrorKind::Evicted);
    assert_eq!(error.peer().unwrap().to_string(), address);
    assert!(server.accept().await.unwrap().is_ok());
    client.await.unwrap().unwrap();
}

// TLSS-39
#[tokio::test]
async fn after_close_a_handshake_already_begun_is_yielded() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let handle = server.handle();
    let mut connecting = task::spawn(connect(company.connector(), &uri));
    assert_pending!(connecting.poll());
    while handle.connections().is_empty() {
        assert_pending!(task::spawn(server.accept()).poll());
        tokio::task::yield_now().await;
    }
    handle.close();
    let (client, accepted) = tokio::join!(connecting, server.accept());
    client.unwrap();
    accepted.unwrap().unwrap();
    assert!(server.accept().await.is_none());
}

// TLSS-39
#[tokio::test]
async fn dropping_the_server_aborts_its_handshakes() {
    let (mut server, uri) = Company::local().listen().await;
    let handle = server.handle();
    let (mut client, _) = plain(&uri).await;
    while handle.connections().is_empty() {
        assert_pending!(task::spawn(server.accept()).poll());
        tokio::task::yield_now().await;
    }
    drop(server);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
}

// TLSS-01
#[tokio::test]
async fn any_stream_of_connections_can_be_a_server() {
    let company = Company::new(&["example.com"]);
    let (near, far) = tokio::io::duplex(64 * 1024);
    let below = futures_util::stream::iter([Ok(Connection::from(near))]);
    let layer = TlsAcceptLayer::new(company.server.clone());
    let mut server = ServiceBuilder::new().layer(layer).service(below);
    let client = tokio_rustls::TlsConnector::from(company.client.config().unwrap());
    let client = client.connect("example.com".try_into().unwrap(), far);
    let (client, accepted) = tokio::join!(client, server.next());
    assert!(client.is_ok() && accepted.unwrap().is_ok());
}

// TLSC-15
#[tokio::test]
async fn the_defaults_do_not_trust_a_made_up_authority() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let connector = tower_socket::layers::TlsLayer::new(ClientTls::new())
        .layer(tower_socket::TcpConnector::new());
    let accept = tokio::spawn(async move { drop(server.accept().await) });
    let error = connector.oneshot(uri.parse::<Uri>().unwrap()).await.unwrap_err();
    assert!(error.is_tls(), "{error}");
    accept.abort();
}
