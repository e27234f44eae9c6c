//! Whatever comes.

use proptest::prelude::*;
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, runtime::Builder};
use tower::ServiceExt;
use tower_socket::{
    Connection, ConnectionInfo, Error, ErrorKind, layers::proxy_protocol::ProxyHeader,
};

use super::{CLIENT, PROXY, connection_from, headers, proxies, service, tcp, v2};

/// What came of these bytes, in pieces of this size, what was known of the
/// connection, and what was left to read.
fn outcome(bytes: &[u8], piece: usize) -> (Result<Connection, Error>, ConnectionInfo, Vec<u8>) {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (connection, mut far) = connection_from(PROXY, piece);
        let info = connection.info().clone();
        let sending = async {
            let _ = far.write_all(bytes).await;
            let _ = far.shutdown().await;
        };
        let reading = async {
            let mut read = service(proxies()).oneshot(connection).await.map_err(Error::from);
            let mut rest = Vec::new();
            let at = info.bytes_read();
            if let Ok(connection) = &mut read {
                connection.read_to_end(&mut rest).await.unwrap();
            }
            (read, at, rest)
        };
        let ((read, at, rest), ()) = tokio::join!(reading, sending);
        assert!(at <= 4096, "{at} bytes were read");
        (read, info, rest)
    })
}

fn check(bytes: &[u8], piece: usize) -> Result<(), TestCaseError> {
    let (read, info, rest) = outcome(bytes, piece);
    match read {
        Ok(connection) => {
            let header = ProxyHeader::from_bytes(&bytes[..bytes.len() - rest.len()]).unwrap();
            prop_assert_eq!(info.proxy_header(), Some(&header));
            let peer = if header.names_client() { header.source() } else { tcp(PROXY) };
            prop_assert_eq!(connection.peer_address(), peer);
            prop_assert!(bytes.ends_with(&rest));
        }
        Err(error) => {
            prop_assert_eq!(error.kind(), ErrorKind::ProxyHeader);
            prop_assert_eq!(error.peer().cloned(), tcp(PROXY));
            prop_assert_eq!(info.peer_address(), tcp(PROXY));
            prop_assert_eq!(info.proxy_header(), None);
        }
    }
    Ok(())
}

fn any_header() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(headers()).prop_map(|header| header.to_bytes())
}

/// Something that begins well.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let begun = prop::sample::select(vec![
        b"PROXY ".to_vec(),
        b"PROXY TCP4 ".to_vec(),
        b"PROXY TCP6 ".to_vec(),
        b"PROXY UNKNOWN".to_vec(),
        b"\r\n\r\n\0\r\nQUIT\n".to_vec(),
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0".to_vec(),
        b"\r\n\r\n\0\r\nQUIT\n\x21\x31\x01".to_vec(),
        b"\r\n\r\n\0\r\nQUIT\n\x20".to_vec(),
    ]);
    let line = prop::collection::vec(prop::sample::select(b" .:0129af\r\n".to_vec()), 0..120);
    let rest = prop_oneof![prop::collection::vec(any::<u8>(), 0..300), line];
    (begun, rest).prop_map(|(begun, rest)| [begun, rest].concat())
}

proptest! {
    #[test]
    fn any_bytes_are_a_header_or_an_error(
        bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), nearly()],
        piece in 1_usize..200,
    ) {
        check(&bytes, piece)?;
    }

    #[test]
    fn a_header_is_read_whatever_comes_behind_it(
        header in any_header(),
        payload in prop::collection::vec(any::<u8>(), 0..100),
        piece in 1_usize..200,
    ) {
        let bytes = [header, payload.clone()].concat();
        let (read, info, rest) = outcome(&bytes, piece);
        prop_assert!(read.is_ok());
        prop_assert_eq!(rest, payload);
        prop_assert!(info.proxy_header().is_some());
        check(&bytes, piece)?;
    }

    #[test]
    fn a_header_with_bytes_changed_is_a_header_or_an_error(
        mut bytes in any_header(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        piece in 1_usize..200,
    ) {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes, piece)?;
    }

    #[test]
    fn one_wrong_byte_in_a_header_with_a_checksum_makes_no_other_client(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = v2().tlv(0xE0, "abc").unwrap().checksum().unwrap().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (_, info, _) = outcome(&bytes, 4096);
        prop_assert!([tcp(CLIENT), tcp(PROXY)].contains(&info.peer_address()));
    }

    #[test]
    fn what_is_written_is_read(
        source in any::<std::net::SocketAddr>(),
        destination in any::<std::net::SocketAddr>(),
        values in prop::collection::vec(
            (any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6,
        ),
        checksum in any::<bool>(),
    ) {
        let line = ProxyHeader::v1(source, destination);
        prop_assert_eq!(&ProxyHeader::from_bytes(&line.to_bytes()).unwrap(), &line);
        let mut header = ProxyHeader::v2(source, destination);
        for (kind, value) in values.into_iter().filter(|(kind, _)| *kind != 3) {
            header = header.tlv(kind, value).unwrap();
        }
        if checksum {
            header = header.checksum().unwrap();
        }
        prop_assert_eq!(ProxyHeader::from_bytes(&header.to_bytes()).unwrap(), header);
    }
}
