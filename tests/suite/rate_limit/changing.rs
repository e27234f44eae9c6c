use futures_util::StreamExt;
use tokio_test::{assert_pending, assert_ready, task};
use tower_socket::layers::Overflow;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_change_holds_for_clones_and_for_what_they_wrap() {
    let layer = AcceptRateLayer::new(Rate::per_hour(1));
    let mut server = crowded(&layer.clone());
    assert_eq!(let_in(&mut server, 9).await, 1);
    layer.set_rate(Rate::per_hour(4));
    assert_eq!(let_in(&mut server, 9).await, 4);
    layer.set_rate(None);
    assert_eq!(let_in(&mut server, 99).await, 99);
    layer.set_rate(Rate::per_second(0));
    assert_eq!(let_in(&mut server, 9).await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_rate_of_each_source_changes_too() {
    let layer = AcceptRateLayer::unlimited();
    let mut server = crowded(&layer);
    assert_eq!(let_in(&mut server, 9).await, 9);
    layer.set_per_source(Rate::per_hour(2));
    assert_eq!(let_in(&mut server, 9).await, 2);
    layer.set_per_source(None);
    assert_eq!(let_in(&mut server, 9).await, 9);
}

#[tokio::test(start_paused = true)]
async fn a_new_rate_wakes_those_who_wait() {
    let layer = AcceptRateLayer::new(Rate::per_hour(1)).overflow(Overflow::Wait);
    let mut server = crowded(&layer);
    server.next().await.unwrap().unwrap();
    let mut next = task::spawn(server.next());
    assert_pending!(next.poll());
    layer.set_rate(Rate::per_hour(1));
    assert!(next.is_woken());
    assert_ready!(next.poll()).unwrap().unwrap();

    assert_pending!(next.poll());
    layer.set_rate(Rate::per_second(0));
    assert!(next.is_woken());
    let error = assert_ready!(next.poll()).unwrap().unwrap_err();
    assert!(error.to_string().ends_with("at most 0 per second"), "{error}");
}
