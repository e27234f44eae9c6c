//! Schemes that somebody else serves, and what is still above them.

use std::{future::pending, time::Duration};

use http::Uri;
use tower::{ServiceBuilder, limit::ConcurrencyLimitLayer, service_fn};
use tower_socket::{
    BoxError, Connection, Connector, Error, TcpConnector, UnixConnector,
    layers::{DnsLayer, TlsLayer, dns::FixedHosts, tls::ClientTls},
};

use super::{accepted, company, example_com, failure, port};
use crate::support::recorder::Recorder;

async fn never(_: Uri) -> Result<Connection, Error> {
    pending().await
}

// CTR-08, CTR-11
#[tokio::test]
async fn a_replaced_tcp_is_below_dns() {
    let tcp = Recorder::default();
    let connector = example_com().tcp_service(tcp.clone()).build();
    connector.connect("example.com:80").await.unwrap();
    assert_eq!(tcp.asked(), ["tcp://127.0.0.1:80/?hostname=example.com"]);
}

// CTR-08
#[tokio::test(start_paused = true)]
async fn a_replaced_tcp_is_below_the_timeout() {
    let connector =
        Connector::builder().timeout(Duration::from_secs(3)).tcp_service(service_fn(never)).build();
    let error = failure(&connector, "127.0.0.1:80").await;
    assert_eq!(
        error.to_string(),
        "connection to tcp://127.0.0.1:80 timed out after 3s (ETIMEDOUT)"
    );
}

// CTR-08
#[tokio::test]
async fn a_replaced_tcp_carries_tls() {
    let (client, tls) = company(&["example.com"]);
    let mut server =
        tower_socket::Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let tcp = Recorder::default();
    let noting = {
        let (tcp, real) = (tcp.clone(), TcpConnector::new());
        service_fn(move |uri: Uri| {
            let (mut tcp, mut real) = (tcp.clone(), real.clone());
            async move {
                tower::Service::call(&mut tcp, uri.clone()).await?;
                tower::Service::call(&mut real, uri).await
            }
        })
    };
    let connector = example_com().tls(client).tcp_service(noting).build();
    let port = port(&server);
    let uri = format!("tls://example.com:{port}");
    let (connected, _) = tokio::join!(connector.connect(uri), accepted(&mut server));
    connected.unwrap();
    assert_eq!(tcp.asked(), [format!("tcp://127.0.0.1:{port}/?hostname=example.com")]);
}

// CTR-08
#[tokio::test]
async fn a_replaced_tls_is_not_below_dns() {
    let tls = Recorder::default();
    let connector = Connector::builder().tls_service(tls.clone()).build();
    connector.connect("tls://example.com:443").await.unwrap();
    assert_eq!(tls.asked(), ["tls://example.com:443/"]);
}

// CTR-08
#[tokio::test(start_paused = true)]
async fn a_replaced_tls_is_below_the_timeout() {
    let connector = Connector::builder().tls_service(service_fn(never)).build();
    let error = failure(&connector, "tls://example.com:443").await;
    assert_eq!(
        error.to_string(),
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT)"
    );
}

// CTR-08
#[tokio::test(start_paused = true)]
async fn a_replaced_unix_stands_alone() {
    let connector = Connector::builder().unix_service(service_fn(never)).build();
    let connecting = connector.connect("unix:///run/app.sock");
    let day = Duration::from_secs(86_400);
    assert!(tokio::time::timeout(day, connecting).await.is_err(), "it has no deadline");
}

#[tokio::test]
async fn a_replaced_unix_gets_the_uri_as_it_is() {
    let unix = Recorder::default();
    let connector = Connector::builder().unix_service(unix.clone()).build();
    connector.connect("unix:///a").await.unwrap();
    assert_eq!(unix.asked(), ["unix://2f61/"]);
}

#[tokio::test]
async fn an_error_of_a_replaced_scheme_is_shown_with_the_uri() {
    let refusing = service_fn(|_: Uri| async { Err::<Connection, _>(BoxError::from("no luck")) });
    let connector = Connector::builder()
        .tcp_service(refusing)
        .tls_service(refusing)
        .unix_service(refusing)
        .build();
    for uri in ["tcp://127.0.0.1:80", "tls://example.com:443", "unix:///run/app.sock"] {
        let error = failure(&connector, uri).await;
        assert_eq!(error.to_string(), format!("connection to {uri} failed: no luck"));
    }
}

#[tokio::test]
async fn a_limit_on_one_scheme_is_taken_only_for_what_is_connected() {
    let limit = ConcurrencyLimitLayer::new(1);
    let recorder = Recorder::default();
    let limited = ServiceBuilder::new().layer(limit).service(recorder.clone());
    let connector = Connector::builder()
        .tcp_service(limited.clone())
        .tls_service(limited.clone())
        .unix_service(limited)
        .build();
    for uri in ["tcp://127.0.0.1:80", "tls://127.0.0.1:443", "unix:///a"] {
        connector.connect(uri).await.unwrap();
    }
    assert_eq!(recorder.asked().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_replaced_tcp_to_be_ready_counts_as_connecting() {
    let full = ServiceBuilder::new().concurrency_limit(1).service(service_fn(never));
    let connector = Connector::builder().tcp_service(full).build();
    let first = tokio::spawn(connector.connect("127.0.0.1:80"));
    tokio::task::yield_now().await;
    let error = failure(&connector, "127.0.0.1:80").await;
    assert!(error.is_timeout(), "{error}");
    first.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn one_scheme_that_is_not_ready_holds_no_other_up() {
    let full = ServiceBuilder::new().concurrency_limit(0).service(service_fn(never));
    let recorder = Recorder::default();
    let connector = Connector::builder().tls_service(full).tcp_service(recorder.clone()).build();
    connector.connect("127.0.0.1:80").await.unwrap();
    assert_eq!(recorder.asked().len(), 1);
}

#[test]
fn every_scheme_takes_a_stack() {
    let dns = DnsLayer::new(FixedHosts::new());
    let tls = ServiceBuilder::new()
        .layer(dns.clone())
        .layer(TlsLayer::new(ClientTls::new()))
        .timeout(Duration::from_secs(1))
        .service(TcpConnector::new());
    let _connector = Connector::builder()
        .tcp_service(
            ServiceBuilder::new().timeout(Duration::from_secs(1)).service(TcpConnector::new()),
        )
        .unix_service(ServiceBuilder::new().concurrency_limit(9).service(UnixConnector::new()))
        .dns(dns)
        .build();
    drop(tls);
}
