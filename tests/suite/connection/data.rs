use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_test::{assert_pending, task};
use tower_socket::{Connection, Incoming};

use crate::support::{connect, pair_at, pairs, settle, tcp_pair, tcp_server, uri_of};

const MEBIBYTE: usize = 1 << 20;

/// Bytes of which each place shows where it belongs.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|place| (place % 251) as u8).collect()
}

async fn read_all(connection: &mut Connection) -> Vec<u8> {
    let mut received = Vec::new();
    connection.read_to_end(&mut received).await.unwrap();
    received
}

fn reset(connection: Connection) {
    let socket = socket2::SockRef::from(connection.tcp().unwrap());
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}

// CONN-01
#[tokio::test]
async fn bytes_go_both_ways_at_once() {
    for (client, accepted) in pairs().await {
        let echo = tokio::spawn(async move {
            let (mut reader, mut writer) = accepted.into_split();
            tokio::io::copy(&mut reader, &mut writer).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let (mut reader, mut writer) = client.into_split();
        let sender = tokio::spawn(async move {
            writer.write_all(&pattern(MEBIBYTE)).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let mut received = Vec::new();
        reader.read_to_end(&mut received).await.unwrap();
        assert!(received == pattern(MEBIBYTE));
        sender.await.unwrap();
        echo.await.unwrap();
    }
}

// CONN-21, UNXS-08
#[tokio::test]
async fn there_is_nothing_to_read_while_the_peer_sends_nothing() {
    for (_client, mut accepted) in pairs().await {
        settle().await;
        assert!(accepted.read(&mut [0]).now_or_never().is_none());
    }
}

// CONN-22, UNXS-08
#[tokio::test]
async fn what_is_read_is_what_was_sent() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"foo\n").await.unwrap();
        let mut buffer = [0; 8];
        assert_eq!(accepted.read(&mut buffer).await.unwrap(), 4);
        assert_eq!(&buffer[..4], b"foo\n");
        settle().await;
        assert!(accepted.read(&mut buffer).now_or_never().is_none());
    }
}

// CONN-20
#[tokio::test]
async fn a_read_takes_as_much_as_its_buffer_holds() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"Hello World!\n").await.unwrap();
        let mut buffer = [0; 2];
        accepted.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"He");
    }
}

// CONN-23, UNXS-08
#[tokio::test]
async fn data_sent_before_the_end_is_read_before_it() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"foo\n").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(read_all(&mut accepted).await, b"foo\n");
    }
}

// CONN-24, UNXS-08, TCPS-25
#[tokio::test]
async fn a_mebibyte_arrives_whole_although_the_server_is_closed_meanwhile() {
    let mut server = tcp_server().await;
    let (mut client, mut accepted) = pair_at(&mut server).await;
    let sender = tokio::spawn(async move { client.write_all(&pattern(MEBIBYTE)).await });
    let mut received = vec![0; 1000];
    accepted.read_exact(&mut received).await.unwrap();
    server.handle().close();
    received.extend(read_all(&mut accepted).await);
    assert!(received == pattern(MEBIBYTE));
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
    sender.await.unwrap().unwrap();
}

// CONN-25, UNXS-08
#[tokio::test]
async fn there_is_no_end_while_the_peer_is_there() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"x").await.unwrap();
        assert_eq!(accepted.read_u8().await.unwrap(), b'x');
        settle().await;
        assert!(accepted.read(&mut [0]).now_or_never().is_none());
    }
}

// CONN-26, CONN-30, UNXS-08
#[tokio::test]
async fn a_connection_ends_when_the_peer_closes_it() {
    for (client, mut accepted) in pairs().await {
        drop(client);
        assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
    }
    for (mut client, accepted) in pairs().await {
        drop(accepted);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }
}

// CONN-17, CONN-27
#[tokio::test]
async fn either_end_may_answer_after_the_others_end() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"request").await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(read_all(&mut accepted).await, b"request");
        accepted.write_all(b"answer").await.unwrap();
        drop(accepted);
        assert_eq!(read_all(&mut client).await, b"answer");
    }
    for (mut client, mut accepted) in pairs().await {
        accepted.write_all(b"greeting").await.unwrap();
        accepted.shutdown().await.unwrap();
        assert_eq!(read_all(&mut client).await, b"greeting");
        client.write_all(b"goodbye").await.unwrap();
        drop(client);
        assert_eq!(read_all(&mut accepted).await, b"goodbye");
    }
}

// CONN-18
#[tokio::test]
async fn nothing_is_lost_to_a_peer_that_keeps_sending() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"unread").await.unwrap();
        let server = tokio::spawn(async move {
            accepted.write_all(&pattern(MEBIBYTE)).await.unwrap();
            accepted.shutdown().await.unwrap();
            read_all(&mut accepted).await
        });
        let mut received = vec![0; MEBIBYTE];
        client.read_exact(&mut received).await.unwrap();
        client.write_all(b", then read").await.unwrap();
        drop(client);
        assert!(received == pattern(MEBIBYTE));
        assert_eq!(server.await.unwrap(), b"unread, then read");
    }
}

// CONN-15, CONN-34
#[tokio::test]
async fn a_second_shutdown_is_no_error() {
    for (mut client, mut accepted) in pairs().await {
        client.shutdown().await.unwrap();
        client.shutdown().await.unwrap();
        drop(client);
        accepted.shutdown().await.unwrap();
        accepted.shutdown().await.unwrap();
    }
}

// CONN-34
#[tokio::test]
async fn shutdown_after_a_reset_is_no_error() {
    let (client, mut accepted) = tcp_pair().await;
    reset(client);
    accepted.read_u8().await.unwrap_err();
    accepted.shutdown().await.unwrap();
}

// CONN-28
#[tokio::test]
async fn a_reset_is_no_end() {
    let (client, mut accepted) = tcp_pair().await;
    reset(client);
    let error = accepted.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

// CONN-29
#[tokio::test]
async fn writing_to_a_peer_that_has_gone_is_an_error() {
    for (client, mut accepted) in pairs().await {
        drop(client);
        let error = loop {
            if let Err(error) = accepted.write_all(&[0; 1024]).await {
                break error;
            }
            // The peer's answer to the first bytes is on its way.
            let _ = accepted.read(&mut [0]).await;
        };
        let gone = [std::io::ErrorKind::ConnectionReset, std::io::ErrorKind::BrokenPipe];
        assert!(gone.contains(&error.kind()), "{error}");
    }
}

// CONN-19, CONN-32
#[tokio::test]
async fn a_writer_waits_while_nobody_reads() {
    for (mut client, mut accepted) in pairs().await {
        let data = pattern(16 * MEBIBYTE);
        let mut write = task::spawn(client.write_all(&data));
        assert_pending!(write.poll());
        settle().await;
        assert_pending!(write.poll());
        let read = async {
            let mut received = vec![0; 16 * MEBIBYTE];
            accepted.read_exact(&mut received).await.unwrap();
            received
        };
        let (written, received) = tokio::join!(write, read);
        written.unwrap();
        assert!(received == data);
    }
}

// CONN-33
#[tokio::test]
async fn a_connection_can_be_copied_into_another() {
    let (mut client, mut source) = tcp_pair().await;
    let (mut destination, mut far) = tcp_pair().await;
    let copy = tokio::spawn(async move {
        tokio::io::copy_bidirectional(&mut source, &mut destination).await.unwrap()
    });
    client.write_all(&pattern(MEBIBYTE / 4)).await.unwrap();
    client.shutdown().await.unwrap();
    assert!(read_all(&mut far).await == pattern(MEBIBYTE / 4));
    far.write_all(b"received").await.unwrap();
    drop(far);
    assert_eq!(read_all(&mut client).await, b"received");
    assert_eq!(copy.await.unwrap(), (MEBIBYTE as u64 / 4, 8));
}

#[tokio::test]
async fn bytes_are_counted_in_both_directions() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"hello").await.unwrap();
        accepted.read_exact(&mut [0; 5]).await.unwrap();
        assert_eq!((client.info().bytes_written(), client.info().bytes_read()), (5, 0));
        assert_eq!((accepted.info().bytes_written(), accepted.info().bytes_read()), (0, 5));
    }
}

// GEN-05, TCPC-16, UNXC-04, CONN-13
#[tokio::test]
async fn dropping_closes_the_socket() {
    let mut server = tcp_server().await;
    let connection = connect(uri_of(&server)).await;
    drop(connection);
    let mut accepted = server.accept().await.unwrap().unwrap();
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
}
