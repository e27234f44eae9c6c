//! One handshake on the server's side.

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_test::{assert_pending, task};
use tower::{ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, ErrorKind,
    layers::{TlsLayer, tls::TlsAcceptor},
};

use super::{Company, connect};

// ENC-02
#[tokio::test]
async fn the_server_waits_for_the_client_to_speak() {
    let (near, mut far) = duplex(64);
    let accept = TlsAcceptor::new(Company::local().server).oneshot(near.into());
    let mut accepting = task::spawn(accept);
    assert_pending!(accepting.poll());
    assert_pending!(task::spawn(far.read_u8()).poll());
    far.write_all(&[22]).await.unwrap();
    assert!(accepting.is_woken());
}

// ENC-01
#[tokio::test]
async fn nothing_but_the_handshake_reads_until_it_is_done() {
    let company = Company::new(&["example.com"]);
    let (near, far) = duplex(64 * 1024);
    let client = tokio_rustls::TlsConnector::from(company.client.config().unwrap());
    let client = async {
        let mut client = client.connect("example.com".try_into().unwrap(), far).await.unwrap();
        client.write_all(b"at once").await.unwrap();
        client.flush().await.unwrap();
        client
    };
    let accept = TlsAcceptor::new(company.server.clone()).oneshot(near.into());
    let (_client, accepted) = tokio::join!(client, accept);
    let mut data = [0; 7];
    accepted.unwrap().read_exact(&mut data).await.unwrap();
    assert_eq!(&data, b"at once");
}

// TLSS-11, TLSS-13, ENC-04
#[tokio::test]
async fn the_error_names_the_client_even_when_it_is_gone() {
    let (near, far) = duplex(64);
    let peer = Address::Tcp("192.0.2.1:50000".parse().unwrap());
    let connection = Connection::new(near, ConnectionInfo::new(Some(peer.clone())));
    drop(far);
    let error = TlsAcceptor::new(Company::local().server).oneshot(connection).await.unwrap_err();
    let expected = "connection from tcp://192.0.2.1:50000 failed during TLS handshake: \
                    connection lost (ECONNRESET)";
    assert_eq!(error.to_string(), expected);
    assert_eq!((error.peer(), error.raw_os_error()), (Some(&peer), Some(104)));
    assert_eq!(error.kind(), ErrorKind::Tls);
}

// TLSC-12
#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let (near, mut far) = duplex(64);
    let info = ConnectionInfo::new(None);
    let connection = Connection::new(near, info.clone());
    let mut accepting = task::spawn(TlsAcceptor::new(Company::local().server).oneshot(connection));
    assert_pending!(accepting.poll());
    drop(accepting);
    assert!(info.is_closed());
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_protocol_may_begin_in_plain_text_and_change_over() {
    let company = Company::new(&["example.com"]);
    let (near, far) = duplex(64 * 1024);
    let mut near = Some(Connection::from(near));
    let preamble = service_fn(move |_: http::Uri| {
        let mut connection = near.take().unwrap();
        async move {
            connection.write_all(b"STARTTLS\n").await.unwrap();
            let mut answer = [0; 3];
            connection.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"OK\n");
            Ok::<_, Error>(connection)
        }
    });
    let server = async {
        let mut connection = Connection::from(far);
        let mut request = [0; 9];
        connection.read_exact(&mut request).await.unwrap();
        connection.write_all(b"OK\n").await.unwrap();
        TlsAcceptor::new(company.server.clone()).oneshot(connection).await
    };
    let connector = TlsLayer::new(company.client.clone()).layer(preamble);
    let (client, server) = tokio::join!(connect(connector, "tls://example.com:25"), server);
    let (mut client, mut server) = (client.unwrap(), server.unwrap());
    client.write_all(b"secret").await.unwrap();
    client.flush().await.unwrap();
    let mut data = [0; 6];
    server.read_exact(&mut data).await.unwrap();
    assert_eq!(&data, b"secret");
}
