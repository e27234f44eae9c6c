use std::{io, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use tower::{Layer, buffer::BufferLayer};
use tower_socket::{
    Connector, ErrorKind, Incoming, Server, TcpConnector,
    layers::{
        DnsLayer, LimitLayer, TimeoutLayer,
        dns::FixedHosts,
        tls::{ClientTls, Identity, Roots, ServerTls, TlsLayer},
    },
};

use super::failure;
use crate::support::certificates::{Leaf, self_signed};

const LIMIT: Duration = Duration::from_secs(60);

fn trusting(leaf: &Leaf) -> TlsLayer {
    let roots = Roots::none().pem(leaf.certificate.pem());
    TlsLayer::new(ClientTls::builder().roots(roots).build().unwrap())
}

async fn serve(leaf: &Leaf) -> (Server, u16) {
    let tls = ServerTls::builder().identity(Identity::pem(leaf.pem(), leaf.pem())).build().unwrap();
    let server = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let port = server.handle().address().unwrap().port().unwrap();
    (server, port)
}

/// Answers a client's first bytes with these.
async fn answer(bytes: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    });
    port
}

// ENC-04
#[tokio::test]
async fn a_failed_handshake_is_told_in_the_words_of_the_library() {
    let leaf = self_signed(&["127.0.0.1"]);
    let connector = Connector::builder().tls(trusting(&leaf)).build();
    let port = answer(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n").await;
    let error = failure(&connector, format!("tls://127.0.0.1:{port}")).await;
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.is_tls());
    assert_eq!(error.io_kind(), io::ErrorKind::InvalidData);
    let said = format!(
        "connection to tls://127.0.0.1:{port} failed during TLS handshake: \
         received corrupt message of type InvalidContentType"
    );
    assert_eq!(error.to_string(), said);
}

// ENC-04
#[tokio::test]
async fn a_server_says_whose_handshake_was_lost() {
    let (mut server, port) = serve(&self_signed(&["127.0.0.1"])).await;
    let client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let address = client.local_addr().unwrap();
    drop(client);
    let error = server.accept().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert_eq!(error.raw_os_error(), Some(104));
    assert_eq!(error.io_kind(), io::ErrorKind::ConnectionReset);
    let said = format!(
        "connection from tcp://{address} failed during TLS handshake: connection lost (ECONNRESET)"
    );
    assert_eq!(error.to_string(), said);
}

#[tokio::test]
async fn questions_are_answered_whatever_the_order_of_layers() {
    let (mut server, port) = serve(&self_signed(&["example.com"])).await;
    tokio::spawn(async move { while server.accept().await.is_some() {} });
    let tls = trusting(&self_signed(&["example.com"]));
    let dns = DnsLayer::new(FixedHosts::new().with("example.com", [[127, 0, 0, 1]]));
    let ours = TimeoutLayer::new(LIMIT);
    let towers = tower::timeout::TimeoutLayer::new(LIMIT);
    let limit = LimitLayer::unlimited();
    let tcp = TcpConnector::new;
    let stacks = [
        Connector::from_service(ours.layer(limit.layer(dns.layer(tls.layer(tcp()))))),
        Connector::from_service(dns.layer(limit.layer(ours.layer(tls.layer(tcp()))))),
        Connector::from_service(tls.layer(ours.layer(dns.layer(limit.layer(tcp()))))),
        Connector::from_service(
            towers.layer(BufferLayer::new(8).layer(tls.layer(dns.layer(tcp())))),
        ),
        Connector::builder().dns(dns).tls(tls).build(),
    ];
    for connector in stacks {
        let error = failure(&connector, format!("tls://example.com:{port}")).await;
        assert!(error.is_tls() && !error.is_timeout() && !error.is_resolve(), "{error}");
        assert_eq!(error.kind(), ErrorKind::Tls);
        let said = format!("connection to tls://example.com:{port} failed during TLS handshake: ");
        assert!(error.to_string().starts_with(&said), "{error}");
        assert!(error.to_string().contains(": invalid peer certificate: "), "{error}");
    }
}
