//! Facade to facade over real sockets.

use rustls::ProtocolVersion;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, Connector, Incoming, Server, TcpConnector,
    layers::{
        DnsLayer, TlsLayer,
        dns::{DnsResolver, FixedHosts},
        tls::{ClientTls, TLS12},
    },
};

use super::{accepted, closed_port, company, example_com, failure, port, secure};
use crate::support::name_server::NameServer;

const REQUEST: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nhello";

/// Answers one request.
async fn answer(server: &mut Server) {
    let mut connection = accepted(server).await;
    let mut request = vec![0; REQUEST.len()];
    connection.read_exact(&mut request).await.unwrap();
    assert_eq!(request, REQUEST);
    connection.write_all(RESPONSE).await.unwrap();
    connection.shutdown().await.unwrap();
}

/// Sends a request and reads until nothing is readable any more.
async fn request(mut connection: Connection) {
    connection.write_all(REQUEST).await.unwrap();
    connection.flush().await.unwrap();
    let mut response = Vec::new();
    connection.read_to_end(&mut response).await.unwrap();
    assert_eq!(response, RESPONSE);
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
}

/// Connects by name, shows an address, exchanges a request and an answer.
async fn exchange(connector: &Connector, scheme: &str, mut server: Server) {
    let port = port(&server);
    let client = async {
        let connection = connector.connect(format!("{scheme}://example.com:{port}")).await.unwrap();
        let peer = connection.peer_address().unwrap();
        assert_eq!(peer.to_string(), format!("{scheme}://127.0.0.1:{port}"));
        request(connection).await;
    };
    tokio::join!(client, answer(&mut server));
}

// INT-01
#[tokio::test]
async fn a_request_over_tcp_to_a_name() {
    let name_server = NameServer::with_addresses(60, &["127.0.0.1"]).await;
    let dns = DnsResolver::with_servers([name_server.address()]);
    let connector = Connector::builder().dns(dns).build();
    exchange(&connector, "tcp", Server::bind("127.0.0.1:0").await.unwrap()).await;
}

// INT-02
#[tokio::test]
async fn a_request_over_tls_to_a_name() {
    let (server, _, connector) = secure().await;
    exchange(&connector, "tls", server).await;
}

// INT-03
#[tokio::test]
async fn a_request_over_tls_in_both_nestings_of_dns() {
    let (client, tls) = company(&["example.com"]);
    let dns = DnsLayer::new(FixedHosts::new().with("example.com", [[127, 0, 0, 1]]));
    let tls_layer = TlsLayer::new(client);
    let outside = dns.layer(tls_layer.layer(TcpConnector::new()));
    let inside = tls_layer.layer(dns.layer(TcpConnector::new()));
    for connector in [Connector::from_service(outside), Connector::from_service(inside)] {
        let server = Server::builder().tls(tls.clone()).bind("tls://127.0.0.1:0").await.unwrap();
        exchange(&connector, "tls", server).await;
    }
}

// INT-04
#[tokio::test]
async fn plain_text_to_a_tls_server_gets_no_answer_and_ends() {
    let (mut server, port, connector) = secure().await;
    let client = async {
        let mut connection = connector.connect(("127.0.0.1", port)).await.unwrap();
        connection.write_all(REQUEST).await.unwrap();
        let mut response = Vec::new();
        let _ = connection.read_to_end(&mut response).await;
        assert!(!response.starts_with(b"HTTP/1.0"));
    };
    let (_, item) = tokio::join!(client, server.accept());
    assert!(item.expect("it stays open").expect_err("no handshake").is_tls());
}

// CTR-07
#[tokio::test]
async fn options_of_tcp_hold_for_tcp_and_tls() {
    let (client, tls) = company(&["example.com"]);
    let bind = TcpConnector::new().bind("127.0.0.2:0".parse().unwrap());
    let connector = example_com().tcp(bind).tls(client).build();
    let mut plain = Server::bind("127.0.0.1:0").await.unwrap();
    let mut secure = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let uris = [("tcp", port(&plain)), ("tls", port(&secure))]
        .map(|(scheme, port)| format!("{scheme}://example.com:{port}"));
    let (over_tcp, _) = tokio::join!(connector.connect(&uris[0]), accepted(&mut plain));
    let (over_tls, _) = tokio::join!(connector.connect(&uris[1]), accepted(&mut secure));
    for connection in [over_tcp.unwrap(), over_tls.unwrap()] {
        let address = connection.local_address().unwrap();
        assert_eq!(address.ip(), Some([127, 0, 0, 2].into()), "{address}");
    }
}

// CTR-07
#[tokio::test]
async fn options_of_tls_hold_for_tls() {
    let (_, tls) = company(&["example.com"]);
    let mut server = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let client = ClientTls::builder().versions(&[&TLS12]).dangerous().accept_any_chain();
    let connector = example_com().tls(client.build().unwrap()).build();
    let uri = format!("tls://example.com:{}", port(&server));
    let (connected, _) = tokio::join!(connector.connect(uri), accepted(&mut server));
    let connection = connected.unwrap();
    assert_eq!(connection.info().tls().unwrap().version(), Some(ProtocolVersion::TLSv1_2));
}

// CTR-20
#[tokio::test]
async fn errors_name_the_scheme_that_was_asked_for() {
    let (client, _) = company(&["example.com"]);
    let connector = example_com().tls(client).build();
    let port = closed_port().await;
    for scheme in ["tcp", "tls", "https"] {
        let uri = format!("{scheme}://example.com:{port}");
        let error = failure(&connector, &uri).await;
        let expected = format!("connection to {uri} failed: ");
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(error.to_string().ends_with("connection refused (ECONNREFUSED)"), "{error}");
    }
}

// CTR-20
#[tokio::test]
async fn a_failed_handshake_names_the_phase_too() {
    let (mut server, port, _) = secure().await;
    let stranger = company(&["example.com"]).0;
    let connector = example_com().tls(stranger).build();
    let uri = format!("tls://example.com:{port}");
    let (error, item) = tokio::join!(failure(&connector, &uri), server.accept());
    let expected = format!("connection to {uri} failed during TLS handshake: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(error.is_tls() && item.unwrap().unwrap_err().is_tls());
}

// CTR-20
#[tokio::test]
async fn a_missing_socket_file_names_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("none.sock");
    let error = failure(&Connector::new(), path.as_path()).await;
    assert_eq!(
        error.to_string(),
        format!(
            "connection to unix://{} failed: no such file or directory (ENOENT)",
            path.display()
        )
    );
}

// SRV-08, SRV-09
#[tokio::test]
async fn the_address_of_every_server_goes_into_connect() {
    let directory = tempfile::tempdir().unwrap();
    let (client, tls) = company(&["127.0.0.1", "::1"]);
    let builder = Server::builder().tls(tls);
    let connector = Connector::builder().tls(client).build();
    let socket = format!("unix://{}/a.sock", directory.path().display());
    let uris = [
        "127.0.0.1:0",
        "tcp://[::1]:0",
        "tls://127.0.0.1:0",
        "tls://[::1]:0",
        &socket,
        "unix://@tower-socket-facade-round-trip",
    ];
    for uri in uris {
        let mut server = builder.bind(uri).await.unwrap();
        let address: Address = server.handle().address().unwrap();
        let (connected, connection) =
            tokio::join!(connector.connect(&address), accepted(&mut server));
        let connected = connected.unwrap();
        assert_eq!(connected.peer_address().as_ref(), Some(&address));
        assert_eq!(connected.local_address(), connection.peer_address());
        let (again, _) =
            tokio::join!(connector.connect(address.to_string()), accepted(&mut server));
        again.unwrap();
    }
}
