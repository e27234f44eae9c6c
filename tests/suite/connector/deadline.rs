//! One deadline over everything.

use std::{io, net::IpAddr, time::Duration};

use http::Uri;
use tokio::time::{Instant, sleep};
use tower::service_fn;
use tower_socket::{
    Connection, Connector, Error, Incoming,
    layers::dns::{Answer, Name, resolve_fn},
    unix::UnixServer,
};

use super::{example_com, failure};

async fn never(_: Name) -> io::Result<Answer> {
    std::future::pending().await
}

async fn half_a_minute(_: Name) -> io::Result<Answer> {
    sleep(Duration::from_secs(30)).await;
    Ok([IpAddr::from([127, 0, 0, 1])].into_iter().collect())
}

/// A connection to somebody who says nothing.
async fn silence(_: Uri) -> Result<Connection, Error> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let mut connection = Connection::from(near);
    connection.hold(far);
    Ok(connection)
}

// CTR-16
#[tokio::test(start_paused = true)]
async fn sixty_seconds_by_default() {
    let connector = Connector::builder().dns(resolve_fn(never)).build();
    let began = Instant::now();
    let error = failure(&connector, "example.com:80").await;
    assert_eq!(began.elapsed(), Duration::from_secs(60));
    assert!(error.is_timeout());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 timed out after 60s (ETIMEDOUT) during DNS lookup"
    );
}

// CTR-16, INT-05
#[tokio::test(start_paused = true)]
async fn a_timeout_that_is_too_short_for_the_lookup_is_a_timeout() {
    let connector =
        Connector::builder().dns(resolve_fn(never)).timeout(Duration::from_millis(1)).build();
    let error = failure(&connector, "www.google.com:80").await;
    assert!(error.is_timeout() && !error.is_invalid_input());
    assert_eq!(error.elapsed(), Some(Duration::from_millis(1)));
}

// CTR-16
#[tokio::test(start_paused = true)]
async fn without_a_timeout_it_takes_as_long_as_it_takes() {
    let connector = Connector::builder().dns(resolve_fn(never)).no_timeout().build();
    let day = Duration::from_secs(86_400);
    assert!(tokio::time::timeout(day, connector.connect("example.com:80")).await.is_err());
}

// CTR-17
#[tokio::test(start_paused = true)]
async fn one_timeout_covers_lookup_and_connect() {
    let slow = service_fn(|_: Uri| async {
        sleep(Duration::from_secs(40)).await;
        Err::<Connection, _>(io::Error::from(io::ErrorKind::ConnectionRefused))
    });
    let connector = Connector::builder().dns(resolve_fn(half_a_minute)).tcp_service(slow).build();
    let began = Instant::now();
    let error = failure(&connector, "tcp://example.com:80").await;
    assert_eq!(began.elapsed(), Duration::from_secs(60));
    assert!(error.is_timeout());
}

// CTR-17
#[tokio::test(start_paused = true)]
async fn one_timeout_covers_lookup_and_handshake() {
    let connector = Connector::builder()
        .dns(resolve_fn(half_a_minute))
        .tcp_service(service_fn(silence))
        .tls(super::company(&["example.com"]).0)
        .build();
    let began = Instant::now();
    let error = failure(&connector, "tls://example.com:443").await;
    assert_eq!(began.elapsed(), Duration::from_secs(60));
    assert_eq!(
        error.to_string(),
        "connection to tls://example.com:443 timed out after 60s (ETIMEDOUT): \
         connection to tls://127.0.0.1:443 was given up after 30s during TLS handshake"
    );
}

// CTR-17
#[tokio::test(start_paused = true)]
async fn a_unix_server_with_a_full_queue_times_out() {
    let directory = tempfile::tempdir().unwrap();
    let server = UnixServer::builder().backlog(0);
    let server = server.bind(directory.path().join("a.sock")).await.unwrap();
    let address = server.handle().address().unwrap();
    let connector = Connector::builder().timeout(Duration::from_secs(5)).build();
    let mut waiting = Vec::new();
    let error = loop {
        match connector.connect(&address).await {
            Ok(connection) => waiting.push(connection),
            Err(error) => break error,
        }
    };
    assert_eq!(
        error.to_string(),
        format!("connection to {address} timed out after 5s (ETIMEDOUT)")
    );
}

#[tokio::test(start_paused = true)]
async fn the_phases_have_deadlines_of_their_own() {
    use tower_socket::layers::{DnsLayer, TlsLayer};

    let dns = DnsLayer::new(resolve_fn(never)).lookup_timeout(Duration::from_secs(2));
    let error = failure(&Connector::builder().dns(dns).build(), "example.com:80").await;
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 timed out during DNS lookup after 2s (ETIMEDOUT)"
    );

    let tls = TlsLayer::new(super::company(&["example.com"]).0);
    let tls = tls.handshake_timeout(Duration::from_secs(3));
    let connector = example_com().tcp_service(service_fn(silence)).tls(tls).build();
    let error = failure(&connector, "tls://example.com:443").await;
    assert!(error.to_string().contains("timed out during TLS handshake after 3s"), "{error}");
}
