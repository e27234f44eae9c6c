use std::io;

use futures_util::{StreamExt, future::join_all, stream};
use tokio::{io::AsyncReadExt, time::advance};
use tower_layer::Layer;
use tower_socket::{
    BoxError, Connection, Error, ErrorKind, Server,
    layers::{AcceptRateLayer, Overflow, access::AccessList, rate_limit::Rate},
};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_burst_is_let_in_and_then_one_in_each_interval() {
    let mut server = crowded(&AcceptRateLayer::new(RATE));
    assert_eq!(let_in(&mut server, 9).await, 3);
    advance(INTERVAL - Duration::from_millis(1)).await;
    assert_eq!(let_in(&mut server, 9).await, 0);
    advance(Duration::from_millis(1)).await;
    assert_eq!(let_in(&mut server, 9).await, 1);
    advance(2 * INTERVAL).await;
    assert_eq!(let_in(&mut server, 9).await, 2);
    advance(1000 * INTERVAL).await;
    assert_eq!(let_in(&mut server, 9).await, 3);
}

#[tokio::test(start_paused = true)]
async fn the_burst_is_the_rate_unless_it_is_set() {
    assert_eq!(let_in(&mut crowded(&AcceptRateLayer::new(Rate::per_minute(7))), 99).await, 7);
    let single = AcceptRateLayer::new(Rate::per_hour(7).burst(1));
    assert_eq!(let_in(&mut crowded(&single), 99).await, 1);
}

#[tokio::test]
async fn one_too_early_is_closed_with_an_error_that_names_it() {
    let (mut server, address) = listen(&AcceptRateLayer::new(Rate::per_hour(1))).await;
    let _first = connect(address).await;
    let _connection = server.next().await.unwrap().unwrap();
    let mut second = connect(address).await;
    let error = server.next().await.unwrap().unwrap_err();
    let peer = second.local_addr().unwrap();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_rate_limited());
    assert_eq!(error.peer().unwrap().socket_addr(), Some(peer));
    let said = format!(
        "connection from tcp://{peer} closed because connections come too fast: at most 1 per hour"
    );
    assert_eq!(error.to_string(), said);
    assert_eq!(second.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn one_too_early_may_be_reset() {
    let layer = AcceptRateLayer::new(Rate::per_second(0)).overflow(Overflow::Reset);
    let (mut server, address) = listen(&layer).await;
    let mut client = connect(address).await;
    assert!(server.next().await.unwrap().unwrap_err().is_rate_limited());
    let error = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_server_below_take_no_token() {
    for overflow in [Overflow::Wait, Overflow::Close] {
        let refused = || Err::<Connection, _>(Error::from(BoxError::from("refused")));
        let below = stream::iter([refused(), refused(), Ok(from("192.0.2.1:1"))]);
        let layer = AcceptRateLayer::new(Rate::per_hour(1)).overflow(overflow);
        let items: Vec<_> = layer.layer(below).map(|item| item.is_ok()).collect().await;
        assert_eq!(items, [false, false, true]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_share_a_layer_let_in_exactly_what_it_allows() {
    let layer = AcceptRateLayer::new(Rate::per_hour(100));
    let tasks = (0..4).map(|_| {
        let mut server = crowded(&layer);
        tokio::spawn(async move { let_in(&mut server, 1000).await })
    });
    let let_in: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(let_in, 100);
}

#[tokio::test]
async fn the_facade_counts_who_may_come_in() {
    let loopback = std::net::IpAddr::from([127, 0, 0, 1]);
    let builder = Server::builder().accept_rate(AcceptRateLayer::new(Rate::per_hour(1)));
    let denying = builder.clone().access(AccessList::allow_all().deny(loopback));
    let mut server = denying.bind("127.0.0.1:0").await.unwrap();
    let _client = connect(server.handle().address().unwrap().socket_addr().unwrap()).await;
    assert!(server.accept().await.unwrap().unwrap_err().is_denied());

    let mut server = builder.bind("127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let _clients = (connect(address).await, connect(address).await);
    server.accept().await.unwrap().unwrap();
    assert!(server.accept().await.unwrap().unwrap_err().is_rate_limited());
}
