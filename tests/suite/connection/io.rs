use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tower_socket::{Connection, ConnectionInfo};

use crate::support::pairs;
#[cfg(feature = "hyper")]
use crate::support::tcp_pair;

#[test]
fn a_connection_is_small() {
    // A handler holds it twice, and tokio rounds tasks up: 8 more can cost 128.
    assert!(size_of::<Connection>() <= 88, "{}", size_of::<Connection>());
}

#[test]
fn a_connection_goes_anywhere() {
    fn check<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static>() {}
    check::<Connection>();
    #[cfg(feature = "hyper")]
    {
        fn check<T: hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static>() {}
        check::<Connection>();
    }
}

/// Counts the slices it is given and ends at once.
#[derive(Clone, Default)]
struct Slices(Arc<AtomicUsize>);

impl AsyncRead for Slices {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Slices {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.fetch_add(bufs.len(), Ordering::SeqCst);
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

async fn write_three_slices(mut io: impl AsyncWrite + Unpin) {
    assert!(io.is_write_vectored());
    let slices = [IoSlice::new(b"a"), IoSlice::new(b"bc"), IoSlice::new(b"def")];
    assert_eq!(io.write_vectored(&slices).await.unwrap(), 6);
}

#[tokio::test]
async fn vectored_writes_are_handed_on_by_every_wrapper() {
    let slices = Slices::default();
    let connection = || Connection::new(slices.clone(), ConnectionInfo::new(None));
    write_three_slices(connection()).await;
    write_three_slices(connection().into_split().1).await;
    write_three_slices(Connection::new(connection(), ConnectionInfo::new(None))).await;
    #[cfg(feature = "hyper")]
    write_three_slices(hyper_util::rt::TokioIo::new(connection())).await;
    let written = if cfg!(feature = "hyper") { 12 } else { 9 };
    assert_eq!(slices.0.load(Ordering::SeqCst), written);
}

#[tokio::test]
async fn sockets_take_vectored_writes() {
    for (client, mut accepted) in pairs().await {
        write_three_slices(client).await;
        let mut received = String::new();
        accepted.read_to_string(&mut received).await.unwrap();
        assert_eq!(received, "abcdef");
    }
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn the_traits_of_hyper_carry_the_same_bytes() {
    use std::future::poll_fn;

    use hyper::rt::{Read, ReadBuf, Write};

    let (mut client, mut accepted) = tcp_pair().await;
    let written = poll_fn(|cx| Write::poll_write(Pin::new(&mut client), cx, b"hello")).await;
    assert_eq!(written.unwrap(), 5);
    poll_fn(|cx| Write::poll_shutdown(Pin::new(&mut client), cx)).await.unwrap();
    let mut storage = [0; 8];
    let mut buffer = ReadBuf::new(&mut storage);
    let read = poll_fn(|cx| Read::poll_read(Pin::new(&mut accepted), cx, buffer.unfilled()));
    read.await.unwrap();
    assert_eq!(buffer.filled(), b"hello");
    assert_eq!(accepted.info().bytes_read(), 5);
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn hyper_util_gets_the_facts_about_a_connection() {
    use hyper_util::client::legacy::connect::Connection as Connect;

    let (client, _accepted) = tcp_pair().await;
    let mut extensions = http::Extensions::new();
    client.connected().get_extras(&mut extensions);
    assert_eq!(extensions.get::<ConnectionInfo>().unwrap().id(), client.info().id());
}

#[tokio::test]
async fn a_connection_of_a_stream_from_elsewhere_knows_its_addresses() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = Connection::from(tokio::net::TcpStream::connect(address).await.unwrap());
    assert_eq!(client.peer_address(), Some(address.into()));
}
