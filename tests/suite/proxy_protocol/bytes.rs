//! The header, byte by byte, as proxy-protocol.txt has it.

use std::os::unix::ffi::OsStrExt;

use tower_socket::{
    Connection, ConnectionInfo, ErrorKind, UnixServer,
    layers::proxy_protocol::{ProxyHeader, tlv},
};

use super::address;
use crate::support::{SocketPath, pair_at, tcp_pair, unix_pair};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

fn v1(source: &str, destination: &str) -> String {
    text(&ProxyHeader::v1(address(source), address(destination)))
}

fn v2(source: &str, destination: &str) -> Vec<u8> {
    ProxyHeader::v2(address(source), address(destination)).to_bytes()
}

fn text(header: &ProxyHeader) -> String {
    String::from_utf8(header.to_bytes()).unwrap()
}

#[test]
fn version_1_is_a_line_of_text() {
    let line = v1("192.0.2.1:56324", "198.51.100.7:443");
    assert_eq!(line, "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n");
    let line = v1("[2001:db8::1]:56324", "[2001:db8::2]:443");
    assert_eq!(line, "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n");
    assert_eq!(text(&ProxyHeader::v1_unknown()), "PROXY UNKNOWN\r\n");
}

#[test]
fn version_2_has_addresses_before_ports() {
    let header = v2("192.0.2.1:258", "198.51.100.7:772");
    let expected = [192, 0, 2, 1, 198, 51, 100, 7, 1, 2, 3, 4];
    assert_eq!(header, [SIGNATURE, &[0x21, 0x11, 0, 12], &expected].concat());

    let header = v2("[2001:db8::1]:258", "[2001:db8::2]:772");
    assert_eq!(header.len(), 16 + 36);
    assert_eq!(header[12..18], [0x21, 0x21, 0, 36, 0x20, 0x01]);
    assert_eq!(header[46..], [0, 2, 1, 2, 3, 4]);
}

#[test]
fn version_2_for_a_connection_of_ones_own_has_no_addresses() {
    let header = ProxyHeader::v2_local().to_bytes();
    assert_eq!(header, [SIGNATURE, &[0x20, 0x00, 0, 0]].concat());
}

#[test]
fn addresses_of_two_families_are_told_as_ipv6() {
    let line = v1("192.0.2.1:1", "[2001:db8::2]:2");
    assert_eq!(line, "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 1 2\r\n");
    assert_eq!(v2("192.0.2.1:1", "[2001:db8::2]:2")[13], 0x21);
}

#[test]
fn ipv4_inside_ipv6_is_told_as_ipv4() {
    let line = v1("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2");
    assert_eq!(line, "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
    assert_eq!(v2("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2")[13], 0x11);
}

#[tokio::test]
async fn a_client_over_tcp_is_told_with_both_addresses() {
    let (client, accepted) = tcp_pair().await;
    let source = client.local_address().unwrap().socket_addr().unwrap();
    let destination = client.peer_address().unwrap().socket_addr().unwrap();
    assert_eq!(ProxyHeader::v1_of(&accepted), ProxyHeader::v1(source, destination));
    assert_eq!(ProxyHeader::v2_of(&accepted), ProxyHeader::v2(source, destination));
}

#[tokio::test]
async fn a_client_over_a_unix_socket_is_told_with_its_path_in_version_2() {
    let path = SocketPath::new();
    let (_client, accepted) = pair_at(&mut UnixServer::bind(path.path()).await.unwrap()).await;
    let header = ProxyHeader::v2_of(&accepted).to_bytes();
    assert_eq!(header[12..16], [0x21, 0x31, 0, 216]);
    assert_eq!(header[16..124], [0; 108], "the client has no name");
    let path = path.path();
    let path = path.as_os_str().as_bytes();
    assert_eq!(&header[124..124 + path.len()], path);
    assert!(header[124 + path.len()..].iter().all(|byte| *byte == 0));

    let (_client, accepted) = unix_pair().await;
    assert_eq!(ProxyHeader::v1_of(&accepted), ProxyHeader::v1_unknown());
}

#[tokio::test]
async fn a_client_without_an_address_is_unspecified() {
    let (pipe, _far) = tokio::io::duplex(1);
    let client = Connection::new(pipe, ConnectionInfo::new(None));
    let header = ProxyHeader::v2_of(&client).to_bytes();
    assert_eq!(header[12..], [0x21, 0x00, 0, 0]);
    assert_eq!(ProxyHeader::v1_of(&client), ProxyHeader::v1_unknown());
}

#[test]
fn values_follow_the_addresses_of_version_2() {
    let header = ProxyHeader::v2_local().tlv(tlv::AUTHORITY, "example.com").unwrap();
    let header = header.tlv(tlv::ALPN, b"h2").unwrap().to_bytes();
    let values = b"\x02\0\x0bexample.com\x01\0\x02h2";
    assert_eq!(header, [SIGNATURE, &[0x20, 0, 0, 19], values].concat());
}

#[test]
fn the_checksum_is_a_crc32c_over_the_whole_header() {
    let header = ProxyHeader::v2(address("192.0.2.1:1"), address("192.0.2.2:2"));
    let header = header.checksum().unwrap().tlv(tlv::CUSTOM, "after it").unwrap();
    let mut bytes = header.to_bytes();
    let end = bytes.len();
    assert_eq!(bytes[end - 7..end - 4], [0x03, 0, 4]);
    let sent = bytes.split_off(end - 4);
    bytes.extend([0; 4]);
    assert_eq!(sent, crc32c(&bytes).to_be_bytes());
}

/// RFC 3309's, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82F6_3B78 * (crc & 1)))
    })
}

#[test]
fn the_longest_header_has_65535_bytes_after_its_first_16() {
    let room = usize::from(u16::MAX) - 12 - 3 - 7;
    let header = ProxyHeader::v2(address("192.0.2.1:1"), address("192.0.2.2:2"));
    let longest = header.clone().tlv(tlv::CUSTOM, vec![0; room]).unwrap().checksum().unwrap();
    assert_eq!(longest.to_bytes().len(), 16 + usize::from(u16::MAX));
    for (header, value) in [(header, vec![0; room + 1]), (longest, Vec::new())] {
        let error = header.tlv(tlv::CUSTOM, value).unwrap_err();
        assert_eq!(error.to_string(), "the PROXY header is longer than 65535 bytes (EINVAL)");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn version_1_says_no_more() {
    let expected = "a PROXY header of version 1 says no more (EINVAL)";
    let header = ProxyHeader::v1_unknown();
    assert_eq!(header.clone().tlv(tlv::ALPN, "h2").unwrap_err().to_string(), expected);
    assert_eq!(header.checksum().unwrap_err().to_string(), expected);
}

#[test]
fn a_checksum_is_no_value_to_be_given() {
    let error = ProxyHeader::v2_local().tlv(0x03, [0; 4]).unwrap_err();
    assert_eq!(error.to_string(), "the checksum of a PROXY header is computed (EINVAL)");
}
