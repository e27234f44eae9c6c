//! TLS through the facade.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{Address, Connector, Incoming, Server, connection::ConnectionState};

use super::{accepted, company, refused, secure};

#[tokio::test]
async fn tls_without_a_certificate_is_a_mistake() {
    let error = Server::bind("tls://127.0.0.1:0").await.unwrap_err();
    assert!(error.is_invalid_input());
    assert_eq!(
        error.to_string(),
        "invalid URI \"tls://127.0.0.1:0\": a TLS server needs a certificate (EINVAL)"
    );
}

// SRV-11
#[tokio::test]
async fn a_failed_handshake_is_an_item_and_not_the_end() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let stranger = Connector::builder().tls(company().0).build();

    let (failed, error) = tokio::join!(stranger.connect(&address), refused(&mut server));
    failed.unwrap_err();
    assert!(error.is_tls(), "{error}");
    assert!(matches!(error.peer(), Some(Address::Tcp(_) | Address::Tls(_))));

    let (client, _connection) = tokio::join!(connector.connect(&address), accepted(&mut server));
    client.unwrap();
}

#[tokio::test]
async fn a_silent_client_delays_nobody() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let socket = address.socket_addr().unwrap();
    let _silent = tokio::net::TcpStream::connect(socket).await.unwrap();
    let (client, _connection) = tokio::join!(connector.connect(&address), accepted(&mut server));
    client.unwrap();
    assert_eq!(server.handle().connections().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_ten_seconds() {
    let mut server = secure().0.bind("tls://127.0.0.1:0").await.unwrap();
    let socket = server.handle().address().unwrap().socket_addr().unwrap();
    let _silent = tokio::net::TcpStream::connect(socket).await.unwrap();
    let error = refused(&mut server).await;
    assert!(error.is_timeout(), "{error}");
    assert!(error.to_string().contains("10s"), "{error}");
}

#[tokio::test]
async fn closing_lets_handshakes_finish() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let handle = server.handle();
    let address = handle.address().unwrap();
    let client = async {
        let mut client = connector.connect(&address).await.unwrap();
        handle.close();
        client.write_all(b"hello").await.unwrap();
        client.shutdown().await.unwrap();
        client
    };
    let (_client, mut connection) = tokio::join!(client, accepted(&mut server));
    assert!(server.accept().await.is_none());
    let mut text = Vec::new();
    connection.read_to_end(&mut text).await.unwrap();
    assert_eq!(text, b"hello");
}

#[tokio::test]
async fn the_list_shows_handshakes_and_what_they_agreed_on() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let _silent = tokio::net::TcpStream::connect(address.socket_addr().unwrap()).await.unwrap();
    let (client, _connection) = tokio::join!(connector.connect(&address), accepted(&mut server));
    let client = client.unwrap();

    let list = server.handle().connections().list();
    let [silent, open] = list.as_slice() else { panic!("{list:?}") };
    assert_eq!(silent.state(), ConnectionState::Handshaking);
    assert!(silent.tls().is_none());
    assert_eq!(open.state(), ConnectionState::Open);
    assert_eq!(open.tls().unwrap().version(), client.info().tls().unwrap().version());
    assert_eq!(open.peer_address(), client.local_address());
    assert_eq!(open.listener_address(), Some(address));
}
