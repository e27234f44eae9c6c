//! An upgrade that comes to nothing.

use tokio::io::{AsyncReadExt, duplex};
use tokio_test::{assert_pending, task};
use tower_socket::{
    Address, Connection, ConnectionInfo, ErrorKind,
    layers::tls::{ClientTls, StartTls},
};

use super::{Company, upgrade};
use crate::support::tcp_pair;

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let company = Company::new(&["mail.example.org"]);
    let (client, server) = tcp_pair().await;
    let (to, from) = (client.peer_address().unwrap(), server.peer_address().unwrap());
    let (client, server) = upgrade(&company, client, server).await;
    let expected = format!(
        "connection to {to} failed during TLS handshake: invalid peer certificate: certificate not \
         valid for name \"mail.example.com\"; certificate is only valid for \
         DnsName(\"mail.example.org\")"
    );
    let error = client.unwrap_err();
    assert_eq!((error.to_string(), error.peer()), (expected, Some(&to)));
    let error = server.unwrap_err().to_string();
    assert!(error.starts_with(&format!("connection from {from} failed during TLS")), "{error}");
}

#[tokio::test]
async fn a_peer_that_hangs_up_is_a_lost_connection() {
    let (near, far) = duplex(64);
    drop(far);
    let peer = Address::Tcp("192.0.2.1:587".parse().unwrap());
    let connection = Connection::new(near, ConnectionInfo::new(Some(peer)));
    let start = Company::new(&["mail.example.com"]).start_client("mail.example.com");
    let error = start.upgrade(connection).await.unwrap_err();
    let expected = "connection to tcp://192.0.2.1:587 failed during TLS handshake: \
                    connection lost (ECONNRESET)";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn dropping_the_future_closes_the_socket() {
    let company = Company::new(&["mail.example.com"]);
    for start in [company.start_client("mail.example.com"), company.start_server()] {
        let (near, mut far) = tcp_pair().await;
        let info = near.info().clone();
        let mut upgrading = task::spawn(start.upgrade(near));
        assert_pending!(upgrading.poll());
        drop(upgrading);
        assert!(info.is_closed());
        far.read_to_end(&mut Vec::new()).await.unwrap();
    }
}

#[tokio::test]
async fn closing_the_connection_ends_the_upgrade_with_the_reason() {
    let (near, _far) = tcp_pair().await;
    let (info, peer) = (near.info().clone(), near.peer_address().unwrap());
    let start = Company::new(&["mail.example.com"]).start_client("mail.example.com");
    let mut upgrading = task::spawn(start.upgrade(near));
    assert_pending!(upgrading.poll());
    info.close("shutting down");
    assert!(upgrading.is_woken());
    let error = upgrading.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(error.to_string(), format!("connection to {peer} was closed: shutting down"));
}

#[test]
fn a_name_that_no_certificate_can_be_for_is_refused_at_once() {
    let error = StartTls::client(ClientTls::new(), "not a name").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), "no certificate can be for the name \"not a name\" (EINVAL)");
}

#[tokio::test]
async fn the_name_of_the_configuration_comes_first() {
    let company = Company::new(&["mail.example.com"]);
    let tls = company.trusting().server_name("mail.example.com").build().unwrap();
    let start = StartTls::client(tls, "192.0.2.1").unwrap();
    let (client, server) = tcp_pair().await;
    let server_side = company.start_server();
    let (client, server) = tokio::join!(start.upgrade(client), server_side.upgrade(server));
    assert!(client.is_ok() && server.is_ok());
}
