use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, advance, timeout};
use tokio_test::{assert_pending, assert_ready, task};
use tower_layer::Layer;
use tower_socket::layers::{LimitLayer, Overflow};

use super::*;

fn waiting(rate: Rate) -> AcceptRateLayer {
    AcceptRateLayer::new(rate).overflow(Overflow::Wait)
}

#[tokio::test(start_paused = true)]
async fn connections_come_at_the_rate_and_none_is_turned_away() {
    let (mut server, started) = (crowded(&waiting(RATE)), Instant::now());
    let mut came = Vec::new();
    for _ in 0..6 {
        server.next().await.unwrap().unwrap();
        came.push(started.elapsed().as_millis());
    }
    assert_eq!(came, [0, 0, 0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn the_server_below_is_not_asked_before_its_time() {
    let asked = Arc::new(AtomicUsize::new(0));
    let below = stream::poll_fn({
        let asked = asked.clone();
        move |_| {
            asked.fetch_add(1, Ordering::SeqCst);
            Poll::Ready(Some(Ok(from("192.0.2.1:1"))))
        }
    });
    let mut server = waiting(RATE).layer(below);
    assert_eq!(let_in(&mut server, 3).await, 3);
    let mut next = task::spawn(server.next());
    assert_pending!(next.poll());
    advance(INTERVAL - Duration::from_millis(1)).await;
    assert_pending!(next.poll());
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    advance(Duration::from_millis(1)).await;
    assert!(next.is_woken());
    assert_ready!(next.poll()).unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn clients_wait_in_the_kernels_queue() {
    let (mut server, address) = listen(&waiting(Rate::per_second(1))).await;
    let clients = [connect(address).await, connect(address).await];
    let _first = server.next().await.unwrap().unwrap();
    assert!(timeout(Duration::from_millis(900), server.next()).await.is_err());
    assert_eq!(server.handle().connections().len(), 1, "not accepted and then held");
    let error = clients[1].try_read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    let second = server.next().await.unwrap().unwrap();
    let peer = second.peer_address().unwrap().socket_addr();
    assert_eq!(peer, Some(clients[1].local_addr().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_server_to_which_nobody_comes_holds_no_token() {
    let layer = waiting(RATE);
    let mut idle = layer.layer(stream::pending());
    let mut idle = task::spawn(idle.next());
    assert_pending!(idle.poll());
    advance(9 * INTERVAL).await;
    assert_pending!(idle.poll());
    let (mut busy, started) = (crowded(&layer), Instant::now());
    assert_eq!(let_in(&mut busy, 3).await, 3);
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(let_in(&mut busy, 1).await, 1);
    assert_eq!(started.elapsed(), INTERVAL);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_a_stream_that_waits_for_its_time() {
    let (mut server, address) = listen(&waiting(Rate::per_hour(1))).await;
    let _client = connect(address).await;
    let _connection = server.next().await.unwrap().unwrap();
    let handle = server.handle();
    let mut next = task::spawn(server.next());
    assert_pending!(next.poll());
    handle.close();
    assert!(next.is_woken());
    assert!(assert_ready!(next.poll()).is_none());
}

#[tokio::test(start_paused = true)]
async fn below_a_limit_that_waits_neither_loses_what_the_other_has() {
    let limit = LimitLayer::new(2).pause_on_limit();
    let rate = waiting(Rate::per_second(10).burst(1));
    let mut server = limit.layer(crowded(&rate));
    let started = Instant::now();
    let first = server.next().await.unwrap().unwrap();
    let _second = server.next().await.unwrap().unwrap();
    assert_eq!(started.elapsed(), INTERVAL);
    assert!(timeout(10 * INTERVAL, server.next()).await.is_err());
    drop(first);
    let _third = server.next().await.unwrap().unwrap();
    assert_eq!(started.elapsed(), 11 * INTERVAL, "the token was there");
}
