use std::{io, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::{Instant, timeout},
};
use tower_layer::Layer;
use tower_socket::{
    Connection, Incoming, UnixServer,
    layers::{LimitLayer, Overflow},
};

use super::{connect, listen, next};

const DELAY: Duration = Duration::from_secs(5);

fn delaying(limit: usize) -> LimitLayer {
    LimitLayer::new(limit).overflow(Overflow::CloseAfter(DELAY))
}

/// Turns the connection away, and gives its other end.
async fn turned_away(layer: &LimitLayer) -> DuplexStream {
    let (near, far) = tokio::io::duplex(64);
    let error = layer.layer(stream::iter([Ok(near.into())])).next().await.unwrap().unwrap_err();
    assert!(error.is_limit_reached());
    far
}

/// How long until the connection is closed.
async fn closed(far: &mut DuplexStream) -> Duration {
    let started = Instant::now();
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
    started.elapsed()
}

#[tokio::test]
async fn a_client_that_is_reset_sees_a_reset() {
    let (mut server, address) = listen(&LimitLayer::new(0).overflow(Overflow::Reset)).await;
    let mut client = connect(address).await;
    assert!(server.next().await.unwrap().unwrap_err().is_limit_reached());
    let error = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn what_is_not_tcp_is_closed_in_place_of_a_reset() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.sock");
    let server = UnixServer::bind(path.as_path()).await.unwrap();
    let mut client = tokio::net::UnixStream::connect(path).await.unwrap();
    let mut server = LimitLayer::new(0).overflow(Overflow::Reset).layer(server);
    assert!(server.next().await.unwrap().unwrap_err().is_limit_reached());
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_closed_after_the_delay() {
    let mut far = turned_away(&delaying(0)).await;
    assert_eq!(closed(&mut far).await, DELAY);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_a_little_is_closed_no_earlier() {
    let mut far = turned_away(&delaying(0)).await;
    far.write_all(&[0; 16 * 1024 - 1]).await.unwrap();
    assert_eq!(closed(&mut far).await, DELAY);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_much_is_closed_at_once() {
    let mut far = turned_away(&delaying(0)).await;
    let started = Instant::now();
    let error = far.write_all(&[0; 17 * 1024]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_connection_takes_no_place_and_ends_with_a_drain() {
    let layer = delaying(1);
    let (mut server, address) = listen(&layer).await;
    let _first = connect(address).await;
    let first = next(&mut server).await;
    let mut second = connect(address).await;
    assert!(server.next().await.unwrap().is_err());
    assert_eq!((layer.connections().len(), server.handle().connections().len()), (1, 2));
    drop(first);
    let _third = connect(address).await;
    let third = next(&mut server).await;

    drop(third);
    server.handle().connections().close_all("enough");
    let left = timeout(Duration::from_secs(1), second.read(&mut [0])).await;
    assert_eq!(left.unwrap().unwrap(), 0);
    server.handle().connections().emptied().await;
}

#[tokio::test(start_paused = true)]
async fn so_many_are_delayed_and_no_more() {
    let (layer, mut open) = (delaying(0), 0);
    for _ in 0..600 {
        let mut far = turned_away(&layer).await;
        let closed = timeout(Duration::ZERO, far.read(&mut [0])).await.is_ok();
        open += usize::from(!closed);
        // It must not leave early.
        std::mem::forget(far);
    }
    assert!((1..=512).contains(&open), "{open}");

    tokio::time::sleep(2 * DELAY).await;
    assert_eq!(closed(&mut turned_away(&layer).await).await, DELAY);
}

#[tokio::test(start_paused = true)]
async fn one_that_leaves_makes_room_for_another() {
    let layer = delaying(0);
    for _ in 0..600 {
        drop(turned_away(&layer).await);
        tokio::task::yield_now().await;
    }
    assert_eq!(closed(&mut turned_away(&layer).await).await, DELAY);
}

#[test]
fn outside_of_a_runtime_it_is_closed_at_once() {
    let (near, far) = std::os::unix::net::UnixStream::pair().unwrap();
    let layer = delaying(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connection = runtime.block_on(async {
        near.set_nonblocking(true).unwrap();
        Connection::from(tokio::net::UnixStream::from_std(near).unwrap())
    });
    let mut server = layer.layer(stream::iter([Ok(connection)]));
    let item = futures_util::FutureExt::now_or_never(server.next()).unwrap().unwrap();
    assert!(item.is_err());
    assert_eq!(io::Read::read(&mut &far, &mut [0]).unwrap(), 0);
}

#[tokio::test]
async fn a_source_beyond_its_limit_is_turned_away_in_the_same_way() {
    let layer = LimitLayer::unlimited().per_source(1).overflow(Overflow::Reset);
    let (mut server, address) = listen(&layer).await;
    let _first = connect(address).await;
    let _open = next(&mut server).await;
    let mut second = connect(address).await;
    assert!(server.next().await.unwrap().is_err());
    let error = second.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}
