use std::{io, time::Duration};

use tokio::time::Instant;
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{
    Service, ServiceBuilder, ServiceExt,
    buffer::BufferLayer,
    limit::{ConcurrencyLimitLayer, RateLimitLayer},
    load_shed::{LoadShedLayer, error::Overloaded},
    timeout::{TimeoutLayer, error::Elapsed},
};
use tower_socket::{Error, ErrorKind, TcpConnector, TcpServer};

use super::{listen, uri};
use crate::support::{Reserved, Silent};

#[tokio::test(start_paused = true)]
async fn towers_timeout_ends_a_connect_as_ours_does() {
    let silent = Silent::new();
    let connector = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(3)))
        .service(TcpConnector::new());
    let start = Instant::now();
    let error = connector.oneshot(uri(silent.address())).await.unwrap_err();
    assert!(error.is::<Elapsed>());
    assert!(start.elapsed() >= Duration::from_secs(3));

    let error = Error::from(error);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
    assert_eq!(error.io_kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.to_string(), "connection timed out (ETIMEDOUT)");
}

#[tokio::test]
async fn our_error_comes_out_of_towers_box() {
    let refused = Reserved::new();
    let connector = ServiceBuilder::new()
        .layer(BufferLayer::new(8))
        .layer(TimeoutLayer::new(Duration::from_secs(60)))
        .service(TcpConnector::new());
    let error = connector.oneshot(uri(refused.address())).await.unwrap_err();
    assert!(error.is::<Error>());

    let error = Error::from(error);
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.raw_os_error(), Some(111));
    assert_eq!(error.peer(), Some(&refused.address().into()));
    let said =
        format!("connection to {} failed: connection refused (ECONNREFUSED)", refused.address());
    assert_eq!(error.to_string(), said.replace("to ", "to tcp://"));
}

#[tokio::test]
async fn a_concurrency_limit_counts_connects_in_progress() {
    let silent = Silent::new();
    let mut connector = task::spawn(
        ServiceBuilder::new().layer(ConcurrencyLimitLayer::new(1)).service(TcpConnector::new()),
    );
    assert_ready_ok!(connector.enter(|cx, mut connector| connector.poll_ready(cx)));
    let mut connecting = task::spawn(connector.call(uri(silent.address())));
    assert_pending!(connecting.poll());
    assert_pending!(connector.enter(|cx, mut connector| connector.poll_ready(cx)));

    drop(connecting);
    assert!(connector.is_woken());
    assert_ready_ok!(connector.enter(|cx, mut connector| connector.poll_ready(cx)));
}

#[tokio::test]
async fn a_concurrency_limit_does_not_count_open_connections() {
    let (_server, uri) = listen().await;
    let mut connector =
        ServiceBuilder::new().layer(ConcurrencyLimitLayer::new(1)).service(TcpConnector::new());
    let _open = connector.ready().await.unwrap().call(uri.clone()).await.unwrap();
    connector.ready().await.unwrap().call(uri).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_under_a_buffer_spreads_connects_over_time() {
    let (_server, uri) = listen().await;
    let connector = ServiceBuilder::new()
        .layer(BufferLayer::new(8))
        .layer(RateLimitLayer::new(2, Duration::from_secs(1)))
        .service(TcpConnector::new());
    let start = Instant::now();
    let connect = || async {
        connector.clone().oneshot(uri.clone()).await.unwrap();
        start.elapsed().as_secs()
    };
    let times = tokio::join!(connect(), connect(), connect(), connect(), connect());
    assert_eq!(times, (0, 0, 1, 1, 2));
}

#[tokio::test]
async fn load_shed_refuses_what_a_limit_would_let_wait() {
    let silent = Silent::new();
    let mut connector = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(TcpConnector::new());
    let busy = connector.ready().await.unwrap().call(uri(silent.address()));
    let (_server, uri) = listen().await;
    let error = connector.ready().await.unwrap().call(uri.clone()).await.unwrap_err();
    assert!(error.is::<Overloaded>());
    assert_eq!(Error::from(error).to_string(), "connection failed: service overloaded");

    drop(busy);
    connector.ready().await.unwrap().call(uri).await.unwrap();
}

#[tokio::test]
async fn a_buffer_shares_one_connector_between_tasks() {
    let (mut server, uri) = listen().await;
    let connector = ServiceBuilder::new().layer(BufferLayer::new(4)).service(TcpConnector::new());
    let mut connects: tokio::task::JoinSet<_> =
        (0..16).map(|_| connector.clone().oneshot(uri.clone())).collect();
    for _ in 0..16 {
        accept(&mut server).await;
    }
    while let Some(connection) = connects.join_next().await {
        connection.unwrap().unwrap();
    }
}

async fn accept(server: &mut TcpServer) {
    tower_socket::Incoming::accept(server).await.unwrap().unwrap();
}
