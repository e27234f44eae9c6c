//! Headers that are none.

use tokio::io::AsyncWriteExt;
use tokio_test::{assert_pending, task};
use tower::ServiceExt;
use tower_socket::{
    Error, ErrorKind,
    layers::proxy_protocol::{ProxyHeader, TrustedProxies},
};

use super::{PROXY, complaint, connection_from, proxies, send, service, v2};

/// `v2()` with one byte changed.
fn changed(at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = v2().to_bytes();
    bytes[at] = byte;
    bytes
}

#[tokio::test]
async fn a_line_follows_the_grammar_to_the_letter() {
    for line in [
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
        "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY TCP4\t1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 \r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n",
        "PROXY TCP4 1.2.3.04 5.6.7.8 1 2\r\n",
        "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
        "PROXY TCP4 1.2.3.4 ::1 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY TCP6 ::1%eth0 ::1 1 2\r\n",
        "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n\r\n",
        "PROXY TCP4 1.2.3.4\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY UNKNOWN\tx\r\n",
        "PROXY UNKNOW\r\n",
        "PROXY \r\n",
    ] {
        assert_eq!(complaint(line).await, "it is malformed", "{line:?}");
    }
    for line in ["proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n", " PROXY UNKNOWN\r\n", "PROXY\r\n", "PROXX"] {
        assert_eq!(complaint(line).await, "there is none", "{line:?}");
    }
}

#[tokio::test]
async fn a_line_has_107_bytes_at_most() {
    let line = |length: usize| format!("PROXY UNKNOWN {:x<1$}\r\n", "", length - 16);
    for length in [106, 107] {
        assert_eq!(line(length).len(), length);
        super::receive(line(length)).await.unwrap();
    }
    for length in [108, 109, 200] {
        assert_eq!(complaint(line(length)).await, "it is longer than 107 bytes");
    }
    let (connection, mut far) = connection_from(PROXY, 1 << 20);
    far.write_all(&[b"PROXY TCP4 ".as_slice(), &[b'1'; 5000]].concat()).await.unwrap();
    let info = connection.info().clone();
    service(proxies()).oneshot(connection).await.unwrap_err();
    assert!(info.bytes_read() <= 107, "{}", info.bytes_read());
}

#[tokio::test]
async fn a_line_ends_with_both_carriage_return_and_line_feed() {
    let (connection, mut far) = connection_from(PROXY, 64);
    far.write_all(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n").await.unwrap();
    let mut reading = task::spawn(service(proxies()).oneshot(connection));
    assert_pending!(reading.poll());
    far.write_all(b"\r\n").await.unwrap();
    let error = Error::from(reading.await.unwrap_err());
    assert!(error.to_string().ends_with("it is malformed"), "{error}");
}

#[tokio::test]
async fn the_signature_of_version_2_has_to_be_right() {
    for at in 0..12 {
        assert_eq!(complaint(changed(at, b'x')).await, "there is none", "{at}");
    }
}

#[tokio::test]
async fn versions_and_commands_that_nobody_knows_are_refused() {
    for byte in (0..=u8::MAX).filter(|byte| !matches!(byte, 0x20 | 0x21)) {
        let complaint = complaint(changed(12, byte)).await;
        assert_eq!(complaint, "its version or command is unknown", "{byte:#x}");
    }
}

#[tokio::test]
async fn families_and_protocols_that_nobody_knows_are_refused() {
    let known = [0x00, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32];
    for byte in (0..=u8::MAX).filter(|byte| !known.contains(byte)) {
        let complaint = complaint(changed(13, byte)).await;
        assert!(complaint.starts_with("invalid "), "{byte:#x}: {complaint}");
    }
}

#[tokio::test]
async fn addresses_have_to_fit_in() {
    for (family, length) in [(0x11, 11), (0x21, 35), (0x31, 215), (0x12, 0)] {
        let mut bytes = changed(13, family);
        bytes.truncate(14);
        bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        bytes.extend(vec![1; length]);
        let complaint = complaint(bytes).await;
        assert_eq!(complaint, "PROXY v2 address block is shorter than required");
    }
}

#[tokio::test]
async fn values_have_to_fit_in() {
    for rest in [&b"\x05"[..], b"\x05\0", b"\x05\0\x03id", b"\x04\0\0\x05\xff\xff"] {
        let mut bytes = v2().to_bytes();
        bytes.extend(rest);
        bytes[15] += u8::try_from(rest.len()).unwrap();
        assert!(complaint(bytes).await.starts_with("incomplete PROXY v2 TLV"), "{rest:?}");
    }
}

#[tokio::test]
async fn a_header_that_was_damaged_is_refused() {
    let bytes = v2().tlv(0xE0, "abc").unwrap().checksum().unwrap().to_bytes();
    for at in (16..bytes.len()).filter(|at| !(28..31).contains(at) && !(34..37).contains(at)) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert_eq!(complaint(damaged).await, "its checksum is wrong", "{at}");
    }
}

#[tokio::test]
async fn a_checksum_has_four_bytes() {
    for checksum in [&b"\x03\0\0"[..], b"\x03\0\x03abc", b"\x03\0\x05abcde"] {
        let mut bytes = v2().to_bytes();
        bytes.extend(checksum);
        bytes[15] += u8::try_from(checksum.len()).unwrap();
        assert_eq!(complaint(bytes).await, "its checksum is wrong");
    }
}

#[tokio::test]
async fn version_2_has_a_bound_of_its_own() {
    let header = |length: usize| v2().tlv(0xE0, vec![0; length - 28 - 3]).unwrap().to_bytes();
    let read = async |proxies: TrustedProxies, length| {
        let (read, _far) = send(proxies, PROXY, header(length)).await;
        read.map(|connection| connection.info().bytes_read())
    };
    assert_eq!(read(proxies(), 4096).await.unwrap(), 4096);
    let error = read(proxies(), 4097).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProxyHeader);
    assert!(error.to_string().ends_with("it is longer than 4096 bytes"), "{error}");

    read(proxies().max_length(28 + 3 + 100), 28 + 3 + 100).await.unwrap();
    read(proxies().max_length(28 + 3 + 99), 28 + 3 + 100).await.unwrap_err();
    let longest = 16 + usize::from(u16::MAX) - 7;
    assert_eq!(read(proxies().max_length(usize::MAX), longest).await.unwrap(), longest as u64);
}

#[tokio::test]
async fn one_that_is_too_long_is_refused_by_its_first_sixteen_bytes() {
    let (connection, mut far) = connection_from(PROXY, 1 << 20);
    let mut bytes = ProxyHeader::v2_local().to_bytes();
    bytes[14..].copy_from_slice(&[0xFF, 0xFF]);
    far.write_all(&bytes).await.unwrap();
    far.write_all(&[0; 70_000]).await.unwrap();
    let info = connection.info().clone();
    service(proxies()).oneshot(connection).await.unwrap_err();
    assert_eq!(info.bytes_read(), 16);
}

#[tokio::test]
async fn a_proxy_that_goes_away_says_so() {
    assert_eq!(complaint("").await, "the connection ended before it");
    for header in super::headers() {
        let bytes = header.to_bytes();
        for length in 1..bytes.len().min(150) {
            let complaint = complaint(&bytes[..length]).await;
            assert_eq!(complaint, "the connection ended in the middle of it");
        }
    }
}

#[test]
fn bytes_are_a_header_when_they_are_all_of_one_and_no_more() {
    for header in super::headers() {
        let bytes = header.to_bytes();
        assert_eq!(ProxyHeader::from_bytes(&bytes).unwrap(), header);
        for length in 0..bytes.len() {
            ProxyHeader::from_bytes(&bytes[..length]).unwrap_err();
        }
        let error = ProxyHeader::from_bytes(&[&bytes, &b"x"[..]].concat()).unwrap_err();
        assert_eq!(error.to_string(), "connection failed during the PROXY header: it is malformed");
    }
}
