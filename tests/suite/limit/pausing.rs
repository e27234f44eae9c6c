use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use futures_util::{StreamExt, stream::poll_fn};
use tokio::io::AsyncReadExt;
use tokio_test::{assert_pending, assert_ready, task};
use tower_layer::Layer;
use tower_socket::{Incoming, layers::LimitLayer};

use super::{connect, from, listen, next, nobody_comes};

// LIM-11
#[tokio::test(start_paused = true)]
async fn at_the_limit_the_server_pauses_and_clients_wait_in_the_kernels_queue() {
    let (mut server, address) = listen(&LimitLayer::new(1).pause_on_limit()).await;
    let _first = connect(address).await;
    let connection = next(&mut server).await;
    let second = connect(address).await;
    nobody_comes(&mut server).await;
    assert_eq!(server.handle().connections().len(), 1, "not accepted and then held");
    assert_eq!(second.try_read(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);

    drop(connection);
    let connection = next(&mut server).await;
    let peer = connection.peer_address().unwrap().socket_addr();
    assert_eq!(peer, Some(second.local_addr().unwrap()));
}

// LIM-11
#[tokio::test]
async fn the_server_below_is_not_asked_at_the_limit() {
    let asked = Arc::new(AtomicUsize::new(0));
    let below = poll_fn({
        let asked = asked.clone();
        move |_| {
            asked.fetch_add(1, Ordering::SeqCst);
            Poll::Ready(Some(Ok(from("192.0.2.1:1"))))
        }
    });
    let mut server = LimitLayer::new(1).pause_on_limit().layer(below);
    let connection = next(&mut server).await;
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    drop(connection);
    assert!(waiting.is_woken());
    assert_ready!(waiting.poll());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

// LIM-12
#[tokio::test]
async fn below_the_limit_the_queue_is_served_even_those_who_left() {
    let (mut server, address) = listen(&LimitLayer::new(1).pause_on_limit()).await;
    let _first = connect(address).await;
    let mut connection = next(&mut server).await;
    let gone = [connect(address).await, connect(address).await];
    let peers = gone.each_ref().map(|client| client.local_addr().unwrap());
    drop(gone);

    for peer in peers {
        drop(connection);
        connection = next(&mut server).await;
        assert_eq!(connection.peer_address().unwrap().socket_addr(), Some(peer));
        assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
    }
}

// LIM-13
#[tokio::test(start_paused = true)]
async fn a_server_accepts_only_below_the_limit_and_not_paused_by_hand() {
    for (full, paused) in [(false, false), (false, true), (true, false), (true, true)] {
        let (mut server, address) = listen(&LimitLayer::new(1).pause_on_limit()).await;
        let _first = connect(address).await;
        let first = next(&mut server).await;
        let first = full.then_some(first);
        if paused {
            server.handle().pause();
        }
        let _second = connect(address).await;
        if full || paused {
            nobody_comes(&mut server).await;
        } else {
            next(&mut server).await;
        }
        drop(first);
    }
}

// LIM-13
#[tokio::test(start_paused = true)]
async fn falling_below_the_limit_does_not_undo_a_pause_by_hand() {
    let (mut server, address) = listen(&LimitLayer::new(1).pause_on_limit()).await;
    let _first = connect(address).await;
    let first = next(&mut server).await;
    let _second = connect(address).await;
    nobody_comes(&mut server).await;
    server.handle().pause();
    drop(first);
    nobody_comes(&mut server).await;
    server.handle().resume();
    next(&mut server).await;
}

// LIM-13
#[tokio::test(start_paused = true)]
async fn resuming_by_hand_does_not_lift_the_limit() {
    let (mut server, address) = listen(&LimitLayer::new(1).pause_on_limit()).await;
    let _first = connect(address).await;
    let first = next(&mut server).await;
    let _second = connect(address).await;
    server.handle().pause();
    nobody_comes(&mut server).await;
    server.handle().resume();
    nobody_comes(&mut server).await;
    drop(first);
    next(&mut server).await;
}

#[tokio::test]
async fn two_servers_share_one_count_and_idle_ones_hold_no_place() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let ((mut idle, idle_address), (mut busy, busy_address)) =
        (listen(&layer).await, listen(&layer).await);
    assert_pending!(task::spawn(idle.next()).poll());

    let _client = connect(busy_address).await;
    let connection = next(&mut busy).await;
    let _other = connect(idle_address).await;
    let mut waiting = task::spawn(idle.next());
    assert_pending!(waiting.poll());
    drop(connection);
    assert!(waiting.is_woken());
    waiting.await.unwrap().unwrap();
}
