//! What a header said.

use std::path::PathBuf;

use tokio::io::AsyncWriteExt;
use tower::{ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection,
    layers::{
        LimitLayer,
        proxy_protocol::{ProxyHeader, ReadProxyHeaderLayer, tlv},
    },
};

use super::{CLIENT, FRONT, PROXY, connection_from, proxies, receive, tcp, v1, v2};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header of version 2, byte by byte.
fn block(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, rest].concat()
}

async fn header(bytes: impl AsRef<[u8]>) -> ProxyHeader {
    receive(bytes).await.unwrap().info().proxy_header().unwrap().clone()
}

#[tokio::test]
async fn the_client_is_the_peer_and_the_proxy_stays_readable() {
    for header in [v1(), v2()] {
        let connection = receive(header.to_bytes()).await.unwrap();
        let info = connection.info();
        assert_eq!(connection.peer_address(), tcp(CLIENT));
        assert_eq!(info.peer_address(), tcp(CLIENT));
        assert_eq!(info.proxy_address(), tcp(PROXY));
        let header = info.proxy_header().unwrap();
        assert!(header.names_client() && !header.is_local());
        assert_eq!(header.source(), tcp(CLIENT));
        assert_eq!(header.destination(), tcp(FRONT));
    }
}

#[tokio::test]
async fn a_client_over_ipv6_is_the_peer() {
    let (client, front) = ("[2001:db8::1]:1", "[2001:db8::2]:2");
    let line = "PROXY TCP6 2001:DB8:0:0::1 2001:db8::2 1 2\r\n";
    assert_eq!(receive(line).await.unwrap().peer_address(), tcp(client));
    let bytes = ProxyHeader::v2(super::address(client), super::address(front)).to_bytes();
    assert_eq!(receive(bytes).await.unwrap().peer_address(), tcp(client));
}

#[tokio::test]
async fn a_client_over_udp_is_the_peer_too() {
    let mut bytes = v2().to_bytes();
    bytes[13] = 0x12;
    assert_eq!(receive(bytes).await.unwrap().peer_address(), tcp(CLIENT));
}

#[tokio::test]
async fn a_client_over_a_unix_socket_is_the_peer() {
    let mut rest = vec![0; 216];
    rest[..9].copy_from_slice(b"/run/a\0xx");
    rest[108..113].copy_from_slice(b"\0name");
    let connection = receive(block(0x21, 0x31, &rest)).await.unwrap();
    let path = Some(Address::Unix(PathBuf::from("/run/a")));
    assert_eq!(connection.peer_address(), path);
    let header = connection.info().proxy_header().unwrap();
    assert_eq!(header.destination(), Some(Address::Abstract(b"name".to_vec())));

    let unnamed = receive(block(0x21, 0x31, &[0; 216])).await.unwrap();
    assert_eq!(unnamed.peer_address(), None, "it is the client, and has no name");
    assert_eq!(unnamed.info().proxy_address(), tcp(PROXY));
    assert!(unnamed.info().proxy_header().unwrap().names_client());
}

#[tokio::test]
async fn an_unknown_client_leaves_the_proxy_as_the_peer() {
    for bytes in [
        b"PROXY UNKNOWN\r\n".to_vec(),
        b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".to_vec(),
        b"PROXY UNKNOWN whatever\tthis  is\n \r\n".to_vec(),
        block(0x21, 0x00, &[]),
        block(0x21, 0x00, b"\x05\0\x02id"),
    ] {
        let connection = receive(bytes).await.unwrap();
        assert_eq!(connection.peer_address(), tcp(PROXY));
        assert_eq!(connection.info().proxy_address(), tcp(PROXY));
        let header = connection.info().proxy_header().unwrap();
        assert!(!header.names_client() && !header.is_local());
        assert_eq!((header.source(), header.destination()), (None, None));
    }
}

#[tokio::test]
async fn a_connection_of_the_proxys_own_keeps_it_as_the_peer() {
    let addresses = &v2().to_bytes()[16..];
    for bytes in [
        block(0x20, 0x00, &[]),
        block(0x20, 0x11, addresses),
        block(0x20, 0x00, b"whatever this is"),
        block(0x20, 0xFF, b"a family nobody knows"),
    ] {
        let connection = receive(bytes).await.unwrap();
        assert_eq!(connection.peer_address(), tcp(PROXY));
        let header = connection.info().proxy_header().unwrap();
        assert!(header.is_local() && !header.names_client());
        assert_eq!(header, &ProxyHeader::v2_local(), "what it says besides is discarded");
    }
}

#[tokio::test]
async fn values_are_readable_by_name_by_type_and_in_order() {
    let sent = v2().tlv(tlv::ALPN, "h2").unwrap().tlv(tlv::AUTHORITY, "example.com").unwrap();
    let sent = sent.tlv(tlv::UNIQUE_ID, "id-1").unwrap().tlv(0xEA, "").unwrap();
    let sent = sent.tlv(0x99, "nobody knows").unwrap().checksum().unwrap();
    let header = header(sent.to_bytes()).await;
    assert_eq!(header, sent);
    assert_eq!(header.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(header.authority(), Some("example.com"));
    assert_eq!(header.unique_id(), Some(&b"id-1"[..]));
    assert_eq!(header.value(0xEA), Some(&b""[..]));
    assert_eq!(header.value(0xEB), None);
    assert_eq!(header.ssl(), None);
    let kinds: Vec<_> = header.values().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [tlv::ALPN, tlv::AUTHORITY, tlv::UNIQUE_ID, 0xEA, 0x99]);
}

#[tokio::test]
async fn version_1_has_no_values() {
    let header = header(v1().to_bytes()).await;
    assert_eq!(header.values().count(), 0);
    assert_eq!(header.authority(), None);
}

#[tokio::test]
async fn a_name_that_is_no_text_has_no_text() {
    let header = header(v2().tlv(tlv::AUTHORITY, b"\xFF").unwrap().to_bytes()).await;
    assert_eq!(header.authority(), None);
    assert_eq!(header.value(tlv::AUTHORITY), Some(&b"\xFF"[..]));
}

#[tokio::test]
async fn what_the_proxy_knows_of_tls_has_parts() {
    let parts = b"\x21\0\x07TLSv1.3\x22\0\x05alice\x23\0\x03AES\x24\0\x03SHA\x25\0\x03RSA\x7f\0\0";
    let value = [&[0x01 | 0x02, 0, 0, 0, 0], &parts[..]].concat();
    let header = header(v2().tlv(tlv::SSL, value).unwrap().to_bytes()).await;
    let ssl = header.ssl().unwrap();
    assert!(ssl.is_tls() && ssl.has_certificate() && ssl.is_verified());
    assert_eq!(ssl.version(), Some("TLSv1.3"));
    assert_eq!(ssl.common_name(), Some("alice"));
    assert_eq!(ssl.cipher(), Some("AES"));
    assert_eq!(ssl.signature_algorithm(), Some("SHA"));
    assert_eq!(ssl.key_algorithm(), Some("RSA"));
    assert_eq!(ssl.values().last(), Some((0x7f, &b""[..])));
}

#[tokio::test]
async fn a_certificate_that_was_not_verified_is_none_to_trust() {
    for (flags, verify) in [(0x03, 1), (0x01, 0), (0x01, 1), (0x00, 0)] {
        let value = [flags, 0, 0, 0, verify];
        let header = header(v2().tlv(tlv::SSL, value).unwrap().to_bytes()).await;
        assert!(!header.ssl().unwrap().is_verified(), "{flags} {verify}");
    }
}

#[tokio::test]
async fn what_is_cut_off_inside_ssl_is_left_out() {
    let value = b"\x81\0\0\0\0\x22\0\x05alice\x21\0\x09TLS";
    let header = header(v2().tlv(tlv::SSL, value).unwrap().to_bytes()).await;
    let ssl = header.ssl().unwrap();
    assert!(ssl.is_tls(), "flags that nobody knows change nothing");
    assert_eq!(ssl.values().collect::<Vec<_>>(), [(0x22, &b"alice"[..])]);
    assert_eq!(ssl.version(), None);
    let header = self::header(v2().tlv(tlv::SSL, b"\x01\0\0\0").unwrap().to_bytes()).await;
    assert_eq!(header.ssl(), None);
}

#[tokio::test]
async fn a_received_header_can_be_sent_on() {
    let sent = v2().tlv(tlv::UNIQUE_ID, "id").unwrap().checksum().unwrap();
    let on = header(sent.to_bytes()).await.tlv(tlv::CUSTOM, "via us").unwrap();
    assert_eq!(header(on.to_bytes()).await.value(tlv::CUSTOM), Some(&b"via us"[..]));
}

#[tokio::test]
async fn limits_per_source_below_count_the_clients() {
    let limit = LimitLayer::unlimited().per_source(1);
    let keep = service_fn(async |connection: Connection| Ok::<_, std::io::Error>(connection));
    let service = ReadProxyHeaderLayer::new(proxies()).layer(limit.layer(keep));
    let enter = async |client: &str| {
        let (connection, mut far) = connection_from(PROXY, 1 << 10);
        let header = ProxyHeader::v2(super::address(client), super::address(FRONT));
        far.write_all(&header.to_bytes()).await.unwrap();
        service.clone().oneshot(connection).await.map_err(tower_socket::Error::from)
    };
    let _first = enter("198.51.100.1:1").await.unwrap();
    let _other = enter("198.51.100.2:1").await.unwrap();
    let error = enter("198.51.100.1:2").await.unwrap_err();
    assert!(error.is_limit_reached());
    assert_eq!(error.peer().cloned(), tcp("198.51.100.1:2"));
}
