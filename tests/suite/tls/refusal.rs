//! Clients whose handshake a server cannot finish.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_test::{assert_pending, task};
use tower_socket::{
    ErrorKind, Incoming, TcpServer,
    layers::tls::{Roots, ServerTls, TLS12, TLS13, TlsAccept},
};

use super::{Company, connect, failed, plain, read_to_end};
use crate::support::certificates::Authority;

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
