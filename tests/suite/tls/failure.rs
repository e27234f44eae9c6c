//! A client whose attempt comes to nothing.

use std::{
    future::{pending, ready},
    iter::repeat_n,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use http::Uri;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    net::TcpListener,
};
use tokio_test::{assert_pending, task};
use tower::{Service, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Connection, ConnectionInfo, Error, ErrorKind, TcpConnector,
    layers::{TlsLayer, tls::ClientTls},
};

use super::{Company, connect, read_to_end, server_of};
use crate::support::{Drops, certificates::self_signed};

fn layer() -> TlsLayer {
    TlsLayer::new(Company::local().client)
}

// TLSC-05
#[tokio::test]
async fn a_failure_below_is_shown_with_the_tls_uri() {
    let address = unused().await;
    let uri = format!("tls://{address}");
    let error = connect(Company::local().connector(), &uri).await.unwrap_err();
    let expected =
        format!("connection to tls://{address} failed: connection refused (ECONNREFUSED)");
    assert_eq!(error.to_string(), expected);
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::Connect, Some(111)));
}

async fn unused() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

// TLSC-06
#[tokio::test]
async fn a_callers_mistake_found_below_passes_unchanged() {
    let below = TcpConnector::new().oneshot("tcp://example.com:80".parse().unwrap()).await;
    let error = connect(Company::local().connector(), "tls://example.com:80").await.unwrap_err();
    assert_eq!(error.to_string(), below.unwrap_err().to_string());
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// A pipe in place of the network, and the far end of it.
fn piped(
    size: usize,
) -> (impl Service<Uri, Response = Connection, Error = Error, Future: Send>, DuplexStream) {
    let (near, far) = duplex(size);
    let mut near = Some(near);
    let connector =
        service_fn(move |_: Uri| ready(Ok::<_, Error>(Connection::from(near.take().unwrap()))));
    (connector, far)
}

// TLSC-07, TLSC-16
#[tokio::test]
async fn a_refused_certificate_closes_the_connection_and_is_explained() {
    let company = Company::new(&["example.com"]);
    let stranger = server_of(&self_signed(&["example.com"]));
    let (below, far) = piped(64 * 1024);
    let connector = TlsLayer::new(company.client).layer(below);
    let accept = tokio_rustls::TlsAcceptor::from(stranger.config()).accept(far).into_fallible();
    let (client, server) = tokio::join!(connect(connector, "tls://example.com:80"), async {
        let (error, mut far) = accept.await.map(drop).unwrap_err();
        (error.to_string(), far.read(&mut [0]).await.unwrap())
    });
    let error = client.unwrap_err();
    let expected = "connection to tls://example.com:80 failed during TLS handshake: \
                    invalid peer certificate: UnknownIssuer";
    assert_eq!(error.to_string(), expected);
    assert!(error.is_tls());
    assert_eq!(server, ("received fatal alert: UnknownCA".to_owned(), 0));
}

async fn lost(below: impl Service<Uri, Response = Connection, Error = Error>) {
    let connector = layer().layer(below);
    let error = connect(connector, "tls://example.com:443").await.unwrap_err();
    let expected = "connection to tls://example.com:443 failed during TLS handshake: \
                    connection lost (ECONNRESET)";
    assert_eq!(error.to_string(), expected);
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::Tls, Some(104)));
    assert_eq!(error.io_kind(), std::io::ErrorKind::ConnectionReset);
}

// TLSC-08, ENC-04
#[tokio::test]
async fn a_server_that_hangs_up_in_the_handshake_is_a_lost_connection() {
    let (below, far) = piped(64 * 1024);
    drop(far);
    lost(below).await;
    let (below, mut far) = piped(64 * 1024);
    far.write_all(&[22, 3, 3]).await.unwrap();
    far.shutdown().await.unwrap();
    lost(below).await;
}

// TLSC-08, ENC-04
#[tokio::test]
async fn a_reset_in_the_handshake_is_a_lost_connection() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let below = service_fn(move |_: Uri| {
        TcpConnector::new().oneshot(format!("tcp://{address}").parse().unwrap())
    });
    let reset = async {
        let (client, _) = server.accept().await.unwrap();
        client.peek(&mut [0]).await.unwrap();
        socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    };
    tokio::join!(lost(below), reset);
}

// TLSC-09
#[tokio::test]
async fn a_server_that_speaks_plain_text_is_a_handshake_error() {
    let (below, mut far) = piped(64 * 1024);
    far.write_all(b"220 smtp.example.com ready\r\n").await.unwrap();
    let error = connect(layer().layer(below), "tls://example.com:443").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    let expected = "connection to tls://example.com:443 failed during TLS handshake: \
                    received corrupt message of type InvalidContentType";
    assert_eq!(error.to_string(), expected);
    read_to_end(far).await.unwrap();
}

#[tokio::test]
async fn a_handshake_message_in_endless_records_is_refused() {
    let (below, mut far) = piped(1 << 20);
    // A ServerHello of 60,000 bytes, each in a record of its own.
    let message = [2, 0, 0xea, 0x60].into_iter().chain(repeat_n(0, 60_000));
    let records: Vec<u8> = message.flat_map(|byte| [22, 3, 3, 0, 1, byte]).collect();
    far.write_all(&records).await.unwrap();
    let error = connect(layer().layer(below), "tls://example.com:443").await.unwrap_err();
    let expected = "connection to tls://example.com:443 failed during TLS handshake: \
                    a TLS handshake message in too many records";
    assert_eq!(error.to_string(), expected);
}

// TLSC-10, TLSC-11
#[tokio::test]
async fn dropping_the_future_drops_the_attempt_below() {
    let drops = Drops::default();
    let counted = drops.clone();
    let silent = service_fn(move |_: Uri| {
        let counted = counted.counted();
        async move {
            pending::<()>().await;
            drop(counted);
            Err::<Connection, _>(Error::from(tower::BoxError::from("never")))
        }
    });
    let uri = Uri::from_static("tls://example.com:443");
    let mut connecting = task::spawn(layer().layer(silent).oneshot(uri));
    assert_pending!(connecting.poll());
    assert_eq!(drops.count(), 0);
    drop(connecting);
    assert_eq!(drops.count(), 1);
}

// TLSC-12
#[tokio::test]
async fn dropping_the_future_in_the_handshake_closes_the_connection() {
    let (below, far) = piped(64 * 1024);
    let uri = Uri::from_static("tls://example.com:443");
    let mut connecting = task::spawn(layer().layer(below).oneshot(uri));
    assert_pending!(connecting.poll());
    drop(connecting);
    assert!(!read_to_end(far).await.unwrap().is_empty(), "the client's hello, then the end");
}

// TLSC-14, INT-14
#[tokio::test]
async fn nothing_is_kept_after_a_failure() {
    let config = Company::local().client.config().unwrap();
    let connector = |below| TlsLayer::new(ClientTls::from(config.clone())).layer(below);
    let info = ConnectionInfo::new(None);

    let (near, far) = duplex(64);
    drop(far);
    let connection = Connection::new(near, info.clone());
    let mut connection = Some(connection);
    let below = service_fn(move |_: Uri| ready(Ok::<_, Error>(connection.take().unwrap())));
    let error = connect(connector(below), "tls://example.com:443").await.unwrap_err();
    assert!(error.is_tls());
    assert!(info.is_closed());
    assert_eq!(Arc::strong_count(&config), 1);

    let refused = format!("tls://{}", unused().await);
    let connector = TlsLayer::new(ClientTls::from(config.clone())).layer(TcpConnector::new());
    assert!(connect(connector, &refused).await.is_err());
    assert_eq!(Arc::strong_count(&config), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_may_have_a_deadline_of_its_own() {
    let (below, far) = piped(64 * 1024);
    let layer = layer().handshake_timeout(Duration::from_secs(3));
    let error = connect(layer.layer(below), "tls://example.com:443").await.unwrap_err();
    let expected = "connection to tls://example.com:443 timed out during TLS handshake after 3s \
                    (ETIMEDOUT)";
    assert_eq!(error.to_string(), expected);
    assert!(error.is_timeout());
    read_to_end(far).await.unwrap();
}

#[tokio::test]
async fn closing_a_connection_in_the_handshake_gives_the_reason() {
    let (near, _far) = duplex(64 * 1024);
    let info = ConnectionInfo::new(None);
    let mut connection = Some(Connection::new(near, info.clone()));
    let below = service_fn(move |_: Uri| ready(Ok::<_, Error>(connection.take().unwrap())));
    let uri = Uri::from_static("tls://example.com:443");
    let mut connecting = task::spawn(layer().layer(below).oneshot(uri));
    assert_pending!(connecting.poll());
    info.close("shutting down");
    assert!(connecting.is_woken());
    let error = connecting.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    let expected = "connection to tls://example.com:443 was closed: shutting down";
    assert_eq!(error.to_string(), expected);
}
