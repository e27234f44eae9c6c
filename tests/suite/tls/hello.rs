//! How much a server takes before it knows what a client wants.

use std::{error::Error as _, sync::Arc};

use rustls::ClientConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tower::ServiceExt;
use tower_socket::{
    Connection, Error, ErrorKind,
    layers::tls::{ClientHelloTooLong, ClientTls, ServerTls, TlsAcceptor},
};

use super::Company;

const NAME: &str = "example.com";

/// A client whose ClientHello has so many KiB, or up to 300 bytes less.
fn client(company: &Company, kib: usize) -> ClientTls {
    let offering = |protocols| company.trusting().alpn(vec![[b'x'; 255]; protocols]).build();
    let without = hello(&offering(1).unwrap()).len() - 256;
    // It may need two records.
    offering((kib * 1024 - without - 5) / 256).unwrap()
}

fn hello(client: &ClientTls) -> Vec<u8> {
    let config = client.config().unwrap();
    let mut client = ClientConnection::new(config, NAME.try_into().unwrap()).unwrap();
    let mut hello = Vec::new();
    while client.wants_write() {
        client.write_tls(&mut hello).unwrap();
    }
    hello
}

/// What a server makes of these bytes and the end after them.
async fn verdict(server: &ServerTls, bytes: &[u8]) -> Error {
    let (near, mut far) = duplex(64 * 1024);
    far.write_all(bytes).await.unwrap();
    far.shutdown().await.unwrap();
    TlsAcceptor::new(server.clone()).oneshot(Connection::from(near)).await.unwrap_err()
}

fn too_long(error: &Error) -> Option<&ClientHelloTooLong> {
    error.source()?.downcast_ref()
}

/// Whether the two come to an understanding.
async fn agree(client: &ClientTls, server: &ServerTls) -> bool {
    let (near, far) = duplex(64 * 1024);
    let connector = tokio_rustls::TlsConnector::from(client.config().unwrap());
    let client = connector.connect(NAME.try_into().unwrap(), far);
    let accept = TlsAcceptor::new(server.clone()).oneshot(Connection::from(near));
    let (client, accepted) = tokio::join!(client, accept);
    client.is_ok() && accepted.is_ok()
}

#[tokio::test]
async fn a_client_hello_of_15_kib_is_accepted() {
    let company = Company::new(&[NAME]);
    let client = client(&company, 15);
    assert!((15_000..15 * 1024).contains(&hello(&client).len()));
    assert!(agree(&client, &company.server).await);
}

#[tokio::test]
async fn a_client_hello_of_17_kib_is_refused_with_the_figures() {
    let company = Company::new(&[NAME]);
    let hello = hello(&client(&company, 17));
    assert!((17_000..17 * 1024).contains(&hello.len()));
    let raw = ServerTls::from(company.server.config());
    for server in [&company.server, &raw] {
        let error = verdict(server, &hello).await;
        let expected = "connection failed during TLS handshake: \
                        no complete ClientHello in 16384 bytes, of 16384 at most";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.kind(), ErrorKind::Tls);
        let too_long = too_long(&error).unwrap();
        assert_eq!((too_long.received(), too_long.limit()), (16_384, 16_384));
    }
}

#[tokio::test]
async fn a_server_that_expects_more_takes_more() {
    let company = Company::new(&[NAME]);
    let server = company.server.clone().client_hello_limit(32 * 1024);
    assert!(agree(&client(&company, 17), &server).await);
}

#[tokio::test]
async fn the_limit_counts_to_the_byte_and_only_up_to_the_end_of_the_client_hello() {
    let company = Company::new(&[NAME]);
    let hello = hello(&company.client);
    let more = [&hello[..], &[0; 1024]].concat();
    for (limit, fits) in [(hello.len(), true), (hello.len() - 1, false)] {
        let server = company.server.clone().client_hello_limit(limit);
        for bytes in [&hello, &more] {
            assert_eq!(too_long(&verdict(&server, bytes).await).is_none(), fits);
        }
    }
}

#[tokio::test]
async fn a_client_hello_that_dribbles_in_is_accepted() {
    let company = Company::new(&[NAME]);
    let (near, mut far) = duplex(1);
    let accept = tokio::spawn(TlsAcceptor::new(company.server).oneshot(Connection::from(near)));
    for byte in hello(&company.client) {
        far.write_all(&[byte]).await.unwrap();
    }
    // A record of the kind handshake: the ServerHello.
    assert_eq!(far.read_u8().await.unwrap(), 22);
    accept.abort();
}

/// Records that carry one ClientHello of 60,000 bytes.
fn endless() -> impl Iterator<Item = u8> {
    let message = [1, 0, 0xea, 0x60].into_iter().chain(std::iter::repeat(0));
    let message: Arc<[u8]> = message.take(60_004).collect();
    (0..message.len()).flat_map(move |at| [22, 3, 1, 0, 1, message[at]])
}

#[tokio::test]
async fn a_client_that_dribbles_and_never_comes_to_the_end_is_refused() {
    let company = Company::new(&[NAME]);
    let (near, mut far) = duplex(1);
    let accept = tokio::spawn(TlsAcceptor::new(company.server).oneshot(Connection::from(near)));
    let mut sent = 0;
    for byte in endless() {
        if far.write_all(&[byte]).await.is_err() {
            break;
        }
        sent += 1;
    }
    assert_eq!(too_long(&accept.await.unwrap().unwrap_err()).unwrap().received(), 16_384);
    // One may still be in the pipe.
    assert!((16_384..=16_385).contains(&sent), "{sent}");
}

#[tokio::test]
async fn a_client_that_begins_with_a_warning_is_refused_at_once() {
    let company = Company::new(&[NAME]);
    let (near, mut far) = duplex(64);
    // An alert: a warning, user_canceled.
    far.write_all(&[21, 3, 1, 0, 2, 1, 90]).await.unwrap();
    let accepting = TlsAcceptor::new(company.server).oneshot(Connection::from(near));
    let error = accepting.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    let said = "received unexpected message: got Alert when expecting Handshake";
    assert!(error.to_string().ends_with(said), "{error}");
}
