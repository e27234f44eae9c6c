use std::convert::Infallible;

use tokio::time::advance;
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{Service, service_fn};
use tower_layer::Layer;
use tower_socket::{Connection, Error, layers::Overflow};
use tower_test::mock;

use super::*;

async fn keep(connection: Connection) -> Result<Connection, Infallible> {
    Ok(connection)
}

#[tokio::test(start_paused = true)]
async fn one_too_early_is_closed_before_the_handler_sees_it() {
    let mut handler = AcceptRateLayer::new(Rate::per_hour(1)).layer(service_fn(keep));
    handler.call(from("192.0.2.1:1")).await.unwrap();
    let error = Error::from(handler.call(from("192.0.2.2:7")).await.unwrap_err());
    assert!(error.is_rate_limited());
    assert_eq!(error.peer().unwrap().to_string(), "tcp://192.0.2.2:7");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_handler_is_ready_when_its_time_has_come() {
    let layer = AcceptRateLayer::new(Rate::per_second(10).burst(1)).overflow(Overflow::Wait);
    let mut handler = mock::Spawn::new(layer.layer(service_fn(keep)));
    assert_ready_ok!(handler.poll_ready::<Connection>());
    assert_ready_ok!(handler.poll_ready::<Connection>());
    handler.call(from("192.0.2.1:1")).await.unwrap();
    assert_pending!(handler.poll_ready::<Connection>());
    advance(INTERVAL).await;
    assert!(handler.is_woken());
    assert_ready_ok!(handler.poll_ready::<Connection>());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_given_back_goes_to_whoever_waits() {
    let layer = AcceptRateLayer::new(Rate::per_hour(1)).overflow(Overflow::Wait);
    let [mut first, mut second] = [(); 2].map(|()| mock::Spawn::new(layer.layer(service_fn(keep))));
    assert_ready_ok!(first.poll_ready::<Connection>());
    assert_pending!(second.poll_ready::<Connection>());
    drop(first);
    assert!(second.is_woken());
    assert_ready_ok!(second.poll_ready::<Connection>());
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_dropped_or_cancelled_or_panics_keeps_the_rate_exact() {
    let layer = AcceptRateLayer::new(Rate::per_hour(3)).overflow(Overflow::Wait);
    let mut dropped = mock::Spawn::new(layer.layer(service_fn(keep)));
    assert_ready_ok!(dropped.poll_ready::<Connection>());
    drop(dropped);

    let mut never =
        layer.layer(service_fn(|_: Connection| std::future::pending::<Result<(), Infallible>>()));
    assert_pending!(task::spawn(never.call(from("192.0.2.1:1"))).poll());

    let mut panics = layer.layer(service_fn(|_: Connection| async {
        std::panic::resume_unwind(Box::new("a handler's mistake"));
        #[expect(unreachable_code, reason = "tells the type")]
        Ok::<(), Infallible>(())
    }));
    tokio::spawn(panics.call(from("192.0.2.1:1"))).await.unwrap_err();

    let turning_away = layer.overflow(Overflow::Close);
    assert_eq!(let_in(&mut crowded(&turning_away), 9).await, 1);
}
