use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::Uri;
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_socket::{Connection, Error, Incoming, TcpConnector};

use super::{listen, uri};
use crate::support::Reserved;

fn only_this_machine(uri: Uri) -> Result<Uri, BoxError> {
    match uri.host() {
        Some("127.0.0.1") => Ok(uri),
        host => Err(format!("{} is not allowed", host.unwrap_or("no host")).into()),
    }
}

#[tokio::test]
async fn a_filter_refuses_hosts_before_they_are_connected_to() {
    let (mut server, allowed) = listen().await;
    let other = allowed.to_string().replace("127.0.0.1", "127.0.0.2").parse().unwrap();
    let connector = ServiceBuilder::new().filter(only_this_machine).service(TcpConnector::new());
    let error = connector.clone().oneshot(other).await.unwrap_err();
    assert_eq!(Error::from(error).to_string(), "connection failed: 127.0.0.2 is not allowed");

    let client = connector.oneshot(allowed).await.unwrap();
    let first = server.accept().await.unwrap().unwrap();
    assert_eq!(first.peer_address(), client.local_address());
}

#[tokio::test]
async fn map_response_sees_every_connection_and_no_failure() {
    let (_server, there) = listen().await;
    let refused = Reserved::new();
    let opened = Arc::new(AtomicUsize::new(0));
    let count = opened.clone();
    let connector = ServiceBuilder::new()
        .map_response(move |connection: Connection| {
            count.fetch_add(1, Ordering::Relaxed);
            connection
        })
        .service(TcpConnector::new());
    for _ in 0..3 {
        connector.clone().oneshot(there.clone()).await.unwrap();
    }
    connector.oneshot(uri(refused.address())).await.unwrap_err();
    assert_eq!(opened.load(Ordering::Relaxed), 3);
}
