//! A server that speaks TLS.

use std::time::Duration;

use futures_util::StreamExt;
use http::Uri;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_test::{assert_pending, task};
use tower::{ServiceBuilder, ServiceExt};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, ErrorKind, Incoming, TcpServer,
    layers::tls::{ClientTls, Roots, ServerTls, TLS12, TLS13, TlsAccept, TlsAcceptLayer},
};

use super::{Company, connect, listen, read_to_end};
use crate::support::certificates::Authority;

/// A client that speaks no TLS.
async fn plain(uri: &str) -> (TcpStream, String) {
    let stream = TcpStream::connect(uri.strip_prefix("tls://").unwrap()).await.unwrap();
    let address = format!("tcp://{}", stream.local_addr().unwrap());
    (stream, address)
}

async fn failed(server: &mut TlsAccept<TcpServer>) -> Error {
    server.accept().await.unwrap().unwrap_err()
}

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

// TLSS-10, TLSS-15, INT-04
#[tokio::test]
async fn http_instead_of_tls_is_an_error_and_the_connection_is_closed() {
    let (mut server, uri) = Company::local().listen().await;
    let (mut client, address) = plain(&uri).await;
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let error = failed(&mut server).await;
    let expected = format!("connection from {address} failed during TLS handshake: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert_eq!(error.kind(), ErrorKind::Tls);
    let answer = read_to_end(client).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.0"));
    assert!(server.handle().connections().is_empty());
}

// TLSS-16
#[tokio::test]
async fn an_unknown_protocol_is_an_error_and_the_connection_is_closed() {
    let (mut server, uri) = Company::local().listen().await;
    let (mut client, _) = plain(&uri).await;
    client.write_all(b"Hello world!\n").await.unwrap();
    assert_eq!(failed(&mut server).await.kind(), ErrorKind::Tls);
    read_to_end(client).await.unwrap();
}

async fn lost(server: &mut TlsAccept<TcpServer>, address: &str) {
    let error = failed(server).await;
    let expected = format!(
        "connection from {address} failed during TLS handshake: connection lost (ECONNRESET)"
    );
    assert_eq!((error.to_string(), error.raw_os_error()), (expected, Some(104)));
}

// TLSS-11, TLSS-13
#[tokio::test]
async fn a_client_that_leaves_without_a_byte_is_a_lost_connection() {
    let (mut server, uri) = Company::local().listen().await;
    let (client, address) = plain(&uri).await;
    drop(client);
    lost(&mut server, &address).await;
}

// TLSS-14
#[tokio::test]
async fn a_client_that_leaves_in_the_middle_is_a_lost_connection() {
    let (mut server, uri) = Company::local().listen().await;
    let (mut client, address) = plain(&uri).await;
    client.write_all(&[22]).await.unwrap();
    client.shutdown().await.unwrap();
    lost(&mut server, &address).await;
}

#[tokio::test]
async fn a_first_byte_that_no_tls_record_has_is_refused_without_waiting_for_more() {
    let (mut server, uri) = Company::local().listen().await;
    let (mut client, _) = plain(&uri).await;
    client.write_all(&[0x1e]).await.unwrap();
    assert_eq!(failed(&mut server).await.kind(), ErrorKind::Tls);
    read_to_end(client).await.unwrap();
}

// TLSS-17
#[tokio::test]
async fn a_client_that_gives_up_in_the_handshake_is_an_error() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let mut connecting = task::spawn(connect(company.connector(), &uri));
    assert_pending!(connecting.poll());
    let writable = async {
        while server.handle().connections().is_empty() {
            assert_pending!(task::spawn(server.accept()).poll());
            tokio::task::yield_now().await;
        }
    };
    writable.await;
    drop(connecting);
    assert_eq!(failed(&mut server).await.kind(), ErrorKind::Tls);
}

// TLSS-10, TLSS-18
#[tokio::test]
async fn a_client_that_refuses_the_certificate_is_an_error_and_the_server_goes_on() {
    let company = Company::local();
    let (mut server, uri) = company.listen().await;
    let stranger = Company::local();
    let (client, error) = tokio::join!(connect(stranger.connector(), &uri), failed(&mut server));
    assert!(client.unwrap_err().is_tls());
    assert!(error.to_string().contains("received fatal alert: "), "{error}");
    let (client, accepted) = tokio::join!(connect(company.connector(), &uri), server.accept());
    assert!(client.is_ok() && accepted.unwrap().is_ok());
}

// TLSS-28
#[tokio::test]
async fn without_a_common_version_both_sides_say_so() {
    let mut company = Company::local();
    let identity = company.identity();
    company.server = ServerTls::builder().identity(identity).versions(&[&TLS13]).build().unwrap();
    company.client = company.trusting().versions(&[&TLS12]).build().unwrap();
    let (mut server, uri) = company.listen().await;
    let (client, error) = tokio::join!(connect(company.connector(), &uri), failed(&mut server));
    assert!(client.unwrap_err().to_string().contains("failed during TLS handshake"));
    assert_eq!(error.kind(), ErrorKind::Tls);
}

// TLSS-29
#[tokio::test]
async fn with_tls_13_a_client_without_certificate_learns_it_at_its_first_read() {
    let mut company = Company::local();
    let roots = Roots::none().pem(Authority::new().certificate.pem());
    let server = ServerTls::builder().identity(company.identity());
    company.server = server.require_client_certificate(roots).build().unwrap();
    let (mut server, uri) = company.listen().await;
    let (client, error) = tokio::join!(connect(company.connector(), &uri), failed(&mut server));
    assert!(error.to_string().ends_with("peer sent no certificates"), "{error}");
    let error = client.unwrap().read_u8().await.unwrap_err();
    assert!(error.to_string().contains("CertificateRequired"), "{error}");
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
