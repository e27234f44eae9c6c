use futures_util::{StreamExt, stream};
use http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::service_fn;
use tower_layer::Layer;
use tower_socket::{Connection, Error, layers::LimitLayer};
use tower_test::mock;

use super::{connect, from, listen, next, nobody_comes};

#[tokio::test]
async fn a_raised_limit_wakes_those_who_wait() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let (mut server, address) = listen(&layer).await;
    let _clients = [connect(address).await, connect(address).await];
    let _first = next(&mut server).await;
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());

    layer.set_limit(2);
    assert!(waiting.is_woken());
    waiting.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lowered_limit_closes_nothing_and_holds_until_enough_are_gone() {
    let layer = LimitLayer::new(3).pause_on_limit();
    let (mut server, address) = listen(&layer).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let client = connect(address).await;
        open.push((client, next(&mut server).await));
    }
    layer.set_limit(1);
    let _waiting = connect(address).await;
    for nth in 0..3 {
        nobody_comes(&mut server).await;
        let (mut client, mut connection) = open.pop().unwrap();
        connection.write_all(b"still here").await.unwrap();
        client.read_exact(&mut [0; 10]).await.unwrap();
        assert_eq!(layer.connections().len(), 3 - nth);
    }
    next(&mut server).await;
}

#[tokio::test]
async fn a_change_holds_for_clones_and_for_what_they_wrap() {
    let layer = LimitLayer::new(1);
    let mut server = layer.clone().layer(stream::repeat_with(|| Ok(from("192.0.2.1:1"))));
    let _first = next(&mut server).await;
    assert!(server.next().await.unwrap().is_err());
    layer.clone().set_limit(2);
    let _second = next(&mut server).await;
    let error = server.next().await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("at most 2"), "{error}");
}

#[tokio::test]
async fn connections_let_in_without_a_limit_count_when_there_is_one() {
    let layer = LimitLayer::unlimited();
    let mut server = layer.layer(stream::repeat_with(|| Ok(from("192.0.2.1:1"))));
    let mut open = vec![next(&mut server).await, next(&mut server).await];
    layer.set_limit(2);
    assert!(server.next().await.unwrap().is_err());
    open.pop();
    next(&mut server).await;

    layer.set_limit(usize::MAX);
    for _ in 0..9 {
        open.push(next(&mut server).await);
    }
}

#[tokio::test]
async fn a_limit_set_to_zero_turns_away_those_who_wait_and_may_be_raised_again() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let (mut server, address) = listen(&layer).await;
    let _clients = [connect(address).await, connect(address).await, connect(address).await];
    let first = next(&mut server).await;
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());

    layer.set_limit(0);
    assert!(waiting.is_woken());
    assert!(waiting.await.unwrap().unwrap_err().is_limit_reached());
    drop(first);
    layer.set_limit(1);
    next(&mut server).await;
}

#[tokio::test]
async fn a_connector_that_waits_goes_on_when_the_limit_is_raised() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let open = |_: Uri| async { Ok::<_, Error>(from("192.0.2.1:1")) };
    let mut connector = mock::Spawn::new(layer.layer(service_fn(open)));
    assert_ready_ok!(connector.poll_ready::<Uri>());
    let _connection = connector.call(Uri::from_static("tcp://192.0.2.1:1")).await.unwrap();
    assert_pending!(connector.poll_ready::<Uri>());
    layer.set_limit(2);
    assert!(connector.is_woken());
    assert_ready_ok!(connector.poll_ready::<Uri>());
}

#[tokio::test]
async fn the_limit_of_each_source_changes_too() {
    let layer = LimitLayer::unlimited().per_source(1);
    let mut server = layer.layer(stream::repeat_with(|| Ok(from("192.0.2.1:1"))));
    let mut open = vec![next(&mut server).await];
    assert!(server.next().await.unwrap().is_err());

    layer.set_per_source(3);
    open.push(next(&mut server).await);
    open.push(next(&mut server).await);
    assert!(server.next().await.unwrap().is_err());

    layer.set_per_source(2);
    open.pop();
    let error = server.next().await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("at most 2 from one source"), "{error}");
    open.pop();
    next(&mut server).await;
}

#[tokio::test]
async fn no_waiting_stream_is_forgotten_when_places_come_one_by_one() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let below = || stream::repeat_with(|| Ok::<Connection, Error>(from("192.0.2.1:1")));
    let (mut first, mut second) = (layer.layer(below()), layer.layer(below()));
    let held = next(&mut first).await;
    let (mut first, mut second) = (task::spawn(first.next()), task::spawn(second.next()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    layer.set_limit(2);
    assert!(first.is_woken());
    let _next = assert_ready!(first.poll()).unwrap().unwrap();
    assert_pending!(second.poll());
    drop(held);
    assert!(second.is_woken());
    assert_ready!(second.poll()).unwrap().unwrap();
}
