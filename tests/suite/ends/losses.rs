use std::{io, net::Shutdown, time::Duration};

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::Connection;

use super::{Ends, hear_all, say};

fn socket(connection: &Connection) -> SockRef<'_> {
    SockRef::from(connection.tcp().unwrap())
}

/// Closes it as a process that is killed with bytes unread does.
fn reset(connection: Connection) {
    socket(&connection).set_linger(Some(Duration::ZERO)).unwrap();
}

// TLSS-40
#[tokio::test]
async fn an_end_of_tls_without_close_notify_is_truncation_behind_what_was_sent() {
    for Ends { one, other } in Ends::tls().await {
        let raw = one.as_fd().unwrap().try_clone_to_owned().unwrap();
        let (mut far_reader, mut far_writer) = other.into_split();
        let (mut reader, mut writer) = one.into_split();
        say(&mut writer, b"the beginning").await;
        SockRef::from(&raw).shutdown(Shutdown::Write).unwrap();

        let mut text = [0; 13];
        far_reader.read_exact(&mut text).await.unwrap();
        assert_eq!(&text, b"the beginning");
        let error = far_reader.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");

        say(&mut far_writer, b"the answer").await;
        far_writer.shutdown().await.unwrap();
        assert_eq!(hear_all(&mut reader).await.unwrap(), b"the answer");
    }
}

// TLSS-40
#[tokio::test]
async fn an_end_in_the_middle_of_a_record_is_truncation() {
    for Ends { one, mut other } in Ends::tls().await {
        // The header of a record of 32 bytes (RFC 8446 §5.2), and one of them.
        one.tcp().unwrap().try_write(&[23, 3, 3, 0, 32, 0]).unwrap();
        socket(&one).shutdown(Shutdown::Write).unwrap();
        let error = other.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
    }
}

// CONN-26
#[tokio::test]
async fn dropping_without_a_shutdown_is_an_end_of_tcp_and_truncation_of_tls() {
    for Ends { one, mut other } in Ends::tcp().await {
        drop(one);
        assert_eq!(other.read(&mut [0]).await.unwrap(), 0);
    }
    for Ends { one, mut other } in Ends::tls().await {
        drop(one);
        let error = other.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
    }
}

// CONN-28
#[tokio::test]
async fn a_reset_is_a_reset_and_neither_an_end_nor_truncation() {
    for ends in [Ends::tcp().await, Ends::tls().await] {
        for Ends { one, other } in ends {
            reset(one);
            let (mut reader, mut writer) = other.into_split();
            let error = reader.read(&mut [0]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}");
            let error = async {
                writer.write_all(b"x").await?;
                writer.flush().await
            }
            .await
            .unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{error}");
        }
    }
}

// CONN-28, CONN-29
#[tokio::test]
async fn a_reset_ends_a_write_that_waits() {
    for ends in [Ends::tcp().await, Ends::tls().await] {
        for Ends { one, mut other } in ends {
            let info = other.info().clone();
            let before = info.bytes_written();
            let write = tokio::spawn(async move { other.write_all(&[0; 1 << 26]).await });
            while info.bytes_written() == before {
                tokio::task::yield_now().await;
            }
            reset(one);
            let error = write.await.unwrap().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}");
        }
    }
}

#[tokio::test]
async fn what_is_no_record_is_no_end_either() {
    for Ends { one, mut other } in Ends::tls().await {
        one.tcp().unwrap().try_write(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let error = other.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    }
}
