use futures_util::{StreamExt, stream};
use tokio::{net::UnixStream, time::advance};
use tower_layer::Layer;
use tower_socket::layers::Overflow;

use super::*;

/// Whether each of these peers is let in.
async fn peers_let_in(layer: &AcceptRateLayer, peers: &[&str]) -> Vec<bool> {
    let server = layer.layer(stream::iter(peers.iter().map(|peer| Ok(from(peer)))));
    server.map(|item: Result<Connection, Error>| item.is_ok()).collect().await
}

fn each(number: u32) -> AcceptRateLayer {
    AcceptRateLayer::unlimited().per_source(Rate::per_minute(number))
}

#[tokio::test(start_paused = true)]
async fn a_source_has_a_rate_of_its_own() {
    let peers = ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "192.0.2.2:1"];
    let layer = each(2);
    assert_eq!(peers_let_in(&layer, &peers).await, [true, true, false, true]);
    advance(Duration::from_secs(30)).await;
    assert_eq!(peers_let_in(&layer, &peers).await, [true, false, false, true]);
}

#[tokio::test(start_paused = true)]
async fn ipv6_is_told_apart_by_network_and_mapped_ipv4_by_address() {
    let networks = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:1::1]:1"];
    assert_eq!(peers_let_in(&each(1), &networks).await, [true, false, true]);
    let mapped = ["[::ffff:192.0.2.1]:1", "192.0.2.1:2", "[::ffff:192.0.2.2]:1"];
    assert_eq!(peers_let_in(&each(1), &mapped).await, [true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_had_its_share_takes_nothing_from_others() {
    let peers = ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "192.0.2.2:1", "192.0.2.3:1"];
    let layer = AcceptRateLayer::new(Rate::per_minute(2)).per_source(Rate::per_minute(1));
    assert_eq!(peers_let_in(&layer, &peers).await, [true, false, false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_turned_away_for_others_keeps_its_share() {
    let layer = AcceptRateLayer::new(Rate::per_minute(1)).per_source(Rate::per_hour(1));
    assert_eq!(peers_let_in(&layer, &["192.0.2.1:1", "192.0.2.2:1"]).await, [true, false]);
    advance(Duration::from_secs(60)).await;
    assert_eq!(peers_let_in(&layer, &["192.0.2.1:2", "192.0.2.2:2"]).await, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_comes_too_early_is_turned_away_even_where_the_layer_waits() {
    let layer = each(1).overflow(Overflow::Wait);
    let mut server = crowded(&layer);
    server.next().await.unwrap().unwrap();
    let error = server.next().await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("at most 1 per minute from one source"), "{error}");
}

#[tokio::test]
async fn unix_peers_are_exempt() {
    let pairs: Vec<_> = (0..3).map(|_| UnixStream::pair().unwrap()).collect();
    let below = stream::iter(pairs.into_iter().map(|(near, _)| Ok(Connection::from(near))));
    let items: Vec<Result<_, Error>> = each(1).layer(below).collect().await;
    assert!(items.iter().all(Result::is_ok));
}
