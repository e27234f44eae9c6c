use futures_util::{StreamExt, stream};
use tokio::net::UnixStream;
use tower_layer::Layer;
use tower_socket::{Connection, layers::LimitLayer};

use super::{connect, from, listen, next};

/// Whether each of these peers is let in while those before are open.
async fn let_in(layer: LimitLayer, peers: &[&str]) -> Vec<bool> {
    let mut server = layer.layer(stream::iter(peers.iter().map(|peer| Ok(from(peer)))));
    let items: Vec<_> = server.by_ref().collect().await;
    items.iter().map(Result::is_ok).collect()
}

#[tokio::test]
async fn a_source_has_a_limit_of_its_own() {
    let peers = ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1:3", "192.0.2.2:1"];
    let layer = LimitLayer::unlimited().per_source(2);
    assert_eq!(let_in(layer, &peers).await, [true, true, false, true]);
}

#[tokio::test]
async fn the_total_holds_beside_the_limit_of_a_source() {
    let peers = ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "192.0.2.3:1"];
    let layer = LimitLayer::new(2).per_source(1);
    assert_eq!(let_in(layer, &peers).await, [true, false, true, false]);
}

#[tokio::test]
async fn an_ipv6_network_is_one_source() {
    let peers = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:1::1]:1"];
    let layer = LimitLayer::unlimited().per_source(1);
    assert_eq!(let_in(layer, &peers).await, [true, false, true]);
}

#[tokio::test]
async fn a_mapped_ipv4_address_is_that_address() {
    let peers = ["[::ffff:192.0.2.1]:1", "192.0.2.1:2", "[::ffff:192.0.2.2]:1"];
    let layer = LimitLayer::unlimited().per_source(1);
    assert_eq!(let_in(layer, &peers).await, [true, false, true]);
}

#[tokio::test]
async fn unix_peers_are_exempt() {
    let pairs: Vec<_> = (0..3).map(|_| UnixStream::pair().unwrap()).collect();
    let layer = LimitLayer::unlimited().per_source(1);
    let below = stream::iter(pairs.into_iter().map(|(near, _)| Ok(Connection::from(near))));
    let open: Vec<_> = layer.layer(below).map(Result::unwrap).collect().await;
    assert_eq!(open.len(), 3);
}

#[tokio::test]
async fn one_too_many_from_a_source_is_closed_even_where_the_layer_pauses() {
    let (mut server, address) = listen(&LimitLayer::new(9).pause_on_limit().per_source(1)).await;
    let _first = connect(address).await;
    let connection = next(&mut server).await;
    let _second = connect(address).await;
    let error = server.next().await.unwrap().unwrap_err();
    assert!(error.is_limit_reached());
    assert!(error.to_string().ends_with("at most 1 from one source"), "{error}");

    drop(connection);
    let _third = connect(address).await;
    next(&mut server).await;
}
