use std::{
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_test::{assert_pending, assert_ready_err, task};
use tower_socket::{Connection, ConnectionInfo, Error, ErrorKind};

use crate::support::{Drops, pairs, tcp_pair};

fn assert_closed(error: io::Error, reason: &str) {
    assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    assert!(error.to_string().ends_with(&format!("was closed: {reason}")), "{error}");
    assert_eq!(error.downcast::<Error>().unwrap().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn close_wakes_a_pending_read() {
    for (_client, mut accepted) in pairs().await {
        let info = accepted.info().clone();
        let mut read = task::spawn(accepted.read_u8());
        assert_pending!(read.poll());
        info.close("idle");
        assert!(read.is_woken());
        assert_closed(assert_ready_err!(read.poll()), "idle");
    }
}

#[tokio::test]
async fn close_wakes_a_pending_write() {
    for (_client, mut accepted) in pairs().await {
        let info = accepted.info().clone();
        let write = tokio::spawn(async move { accepted.write_all(&[0; 1 << 26]).await });
        while info.bytes_written() == 0 {
            tokio::task::yield_now().await;
        }
        info.close("too slow");
        assert_closed(write.await.unwrap().unwrap_err(), "too slow");
    }
}

#[tokio::test]
async fn close_wakes_both_halves() {
    let (_client, accepted) = tcp_pair().await;
    let info = accepted.info().clone();
    let (mut reader, mut writer) = accepted.into_split();
    let read = tokio::spawn(async move { reader.read_u8().await });
    let write = tokio::spawn(async move { writer.write_all(&[0; 1 << 26]).await });
    while info.bytes_written() == 0 {
        tokio::task::yield_now().await;
    }
    info.close("enough");
    assert_closed(read.await.unwrap().unwrap_err(), "enough");
    assert_closed(write.await.unwrap().unwrap_err(), "enough");
}

#[tokio::test]
async fn after_close_reads_and_writes_fail_although_they_could_go_on() {
    for (mut client, mut accepted) in pairs().await {
        client.write_all(b"x").await.unwrap();
        accepted.info().close("too late");
        assert_closed(accepted.read_u8().await.unwrap_err(), "too late");
        assert_closed(accepted.write_all(b"x").await.unwrap_err(), "too late");
    }
}

#[tokio::test]
async fn the_first_reason_stays() {
    let (_client, mut accepted) = tcp_pair().await;
    accepted.info().close("first");
    accepted.info().close("second");
    assert_closed(accepted.read_u8().await.unwrap_err(), "first");
}

#[tokio::test]
async fn the_error_names_the_peer() {
    let (_client, mut accepted) = tcp_pair().await;
    accepted.info().close("idle");
    let error = accepted.read_u8().await.unwrap_err().downcast::<Error>().unwrap();
    assert_eq!(error.peer(), accepted.peer_address().as_ref());
}

#[tokio::test]
async fn the_facts_keep_nothing_open() {
    for (mut client, accepted) in pairs().await {
        let _info = accepted.info().clone();
        drop(accepted);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }
}

/// Takes nothing and gives nothing.
struct Stuck;

impl AsyncRead for Stuck {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

impl AsyncWrite for Stuck {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[test]
fn close_wakes_a_pending_flush() {
    let mut connection = Connection::new(Stuck, ConnectionInfo::new(None));
    let info = connection.info().clone();
    let mut flush = task::spawn(connection.flush());
    assert_pending!(flush.poll());
    info.close("stuck");
    assert!(flush.is_woken());
    assert_closed(assert_ready_err!(flush.poll()), "stuck");
}

#[test]
fn close_wakes_a_pending_shutdown() {
    let mut connection = Connection::new(Stuck, ConnectionInfo::new(None));
    let info = connection.info().clone();
    let mut shutdown = task::spawn(connection.shutdown());
    assert_pending!(shutdown.poll());
    info.close("stuck");
    assert!(shutdown.is_woken());
    assert_closed(assert_ready_err!(shutdown.poll()), "stuck");
}

/// Looks at the peer when it is dropped.
struct SeesEnd(std::net::TcpStream, std::sync::mpsc::Sender<io::Result<usize>>);

impl Drop for SeesEnd {
    fn drop(&mut self) {
        let _ = self.1.send(self.0.read(&mut [0]));
    }
}

// CONN-13
#[tokio::test]
async fn what_is_held_is_dropped_after_the_descriptor_is_closed() {
    let (client, mut accepted) = tcp_pair().await;
    let client = match client.into_parts().io {
        tower_socket::connection::Io::Tcp(stream) => stream.into_std().unwrap(),
        other => panic!("{other:?}"),
    };
    let (sender, seen) = std::sync::mpsc::channel();
    accepted.hold(SeesEnd(client, sender));
    drop(accepted);
    assert_eq!(seen.recv().unwrap().unwrap(), 0);
}

#[tokio::test]
async fn what_is_held_stays_until_both_halves_are_gone() {
    let (_client, mut accepted) = tcp_pair().await;
    let drops = Drops::default();
    accepted.hold(drops.counted());
    let (reader, writer) = accepted.into_split();
    drop(reader);
    assert_eq!(drops.count(), 0);
    drop(writer);
    assert_eq!(drops.count(), 1);
}

#[tokio::test]
async fn what_is_held_goes_with_the_parts() {
    let (_client, mut accepted) = tcp_pair().await;
    let drops = Drops::default();
    accepted.hold(drops.counted());
    accepted.hold(drops.counted());
    let parts = accepted.into_parts();
    drop(parts.io);
    assert_eq!(drops.count(), 0);
    drop(parts.held);
    assert_eq!(drops.count(), 2);
}
