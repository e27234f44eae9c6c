//! Lookups whose connection stands before they have ended.

use std::{future::ready, net::SocketAddr, time::Duration};

use hickory_resolver::proto::{op::Message, rr::RecordType};
use http::Uri;
use tokio::{net::UdpSocket, runtime::Handle, time};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error,
    layers::{
        DnsLayer,
        dns::{DnsResolver, Records},
    },
};

use super::{
    addresses,
    sharing::{received, reply},
    silent,
};

/// A connection over IPv6, and the query for IPv4 that nobody has answered.
async fn won(socket: &UdpSocket, resolver: &DnsResolver) -> (Message, SocketAddr) {
    let service = ServiceBuilder::new()
        .layer(DnsLayer::new(resolver.clone()))
        .service(service_fn(|_: Uri| ready(Ok::<_, Error>(()))));
    let call = tokio::spawn(service.oneshot(Uri::from_static("tcp://example.com:80")));
    let queries = [received(socket).await, received(socket).await];
    let is_v6 = |message: &Message| message.queries[0].query_type() == RecordType::AAAA;
    let (v6, v4): (Vec<_>, Vec<_>) = queries.into_iter().partition(|(query, _)| is_v6(query));
    reply(socket, &v6[0].0, v6[0].1, "2001:db8::1").await;
    call.await.unwrap().unwrap();
    v4.into_iter().next().unwrap()
}

// HE-19
#[tokio::test]
async fn go_on_for_the_cache() {
    let (socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let (query, asker) = won(&socket, &resolver).await;
    reply(&socket, &query, asker, "192.0.2.1").await;
    assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
    let more = socket.try_recv(&mut [0; 512]).unwrap_err();
    assert_eq!(more.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn go_on_for_a_second_and_no_longer() {
    let (socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let before = Handle::current().metrics().num_alive_tasks();
    won(&socket, &resolver).await;
    assert!(Handle::current().metrics().num_alive_tasks() > before);
    time::pause();
    // Real time has passed too, since the connection stood.
    time::advance(Duration::from_millis(500)).await;
    tokio::task::yield_now().await;
    assert!(Handle::current().metrics().num_alive_tasks() > before, "it ends too early");
    time::advance(Duration::from_millis(501)).await;
    time::resume();
    while Handle::current().metrics().num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn end_with_a_call_that_is_dropped() {
    let (socket, address) = silent().await;
    let resolver = DnsResolver::with_servers([address]).no_hosts_file();
    let before = Handle::current().metrics().num_alive_tasks();
    let service = ServiceBuilder::new()
        .layer(DnsLayer::new(resolver))
        .service(service_fn(|_: Uri| ready(Ok::<_, Error>(()))));
    let call = tokio::spawn(service.oneshot(Uri::from_static("tcp://example.com:80")));
    received(&socket).await;
    call.abort();
    while Handle::current().metrics().num_alive_tasks() > before {
        tokio::task::yield_now().await;
    }
}
