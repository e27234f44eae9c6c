use std::{collections::HashSet, time::Duration};

use http::Uri;
use tokio::time::timeout;
use tower::{
    Layer, Service, ServiceExt,
    balance::p2c::Balance,
    discover::ServiceList,
    load::{CompleteOnResponse, PendingRequests},
};
use tower_socket::{
    TcpConnector,
    layers::{FixedUriLayer, fixed_uri::FixedUri},
};

use super::{listen, uri};
use crate::support::Silent;

type Pool = Balance<ServiceList<Vec<PendingRequests<FixedUri<TcpConnector>>>>, Uri>;

/// One service for several addresses, whatever the URI says.
fn pool(addresses: impl IntoIterator<Item = Uri>) -> Pool {
    let services = addresses.into_iter().map(|address| {
        let connector = FixedUriLayer::new(address).unwrap().layer(TcpConnector::new());
        PendingRequests::new(connector, CompleteOnResponse::default())
    });
    Balance::new(ServiceList::new(services.collect()))
}

fn asked() -> Uri {
    Uri::from_static("tcp://pool.example:80")
}

#[tokio::test]
async fn balance_spreads_connections_over_several_addresses() {
    let (_first, one) = listen().await;
    let (_second, two) = listen().await;
    let mut pool = pool([one, two]);
    let mut reached = HashSet::new();
    for _ in 0..64 {
        let connection = pool.ready().await.unwrap().call(asked()).await.unwrap();
        reached.insert(connection.peer_address().unwrap().port());
    }
    assert_eq!(reached.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn balance_turns_away_from_an_address_that_does_not_answer() {
    let silent = Silent::new();
    let (_server, there) = listen().await;
    let mut pool = pool([uri(silent.address()), there]);
    let mut waiting = Vec::new();
    for _ in 0..64 {
        let mut connecting = pool.ready().await.unwrap().call(asked());
        match timeout(Duration::from_secs(1), &mut connecting).await {
            Ok(connected) => drop(connected.unwrap()),
            Err(_) => waiting.push(connecting),
        }
    }
    assert_eq!(waiting.len(), 1);
}
