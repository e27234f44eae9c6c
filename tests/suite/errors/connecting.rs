use std::{io, time::Duration};

use tower::{ServiceBuilder, timeout::TimeoutLayer};
#[cfg(feature = "dns")]
use tower_socket::layers::{DnsLayer, dns::FixedHosts};
use tower_socket::{Connector, ErrorKind, IntoUri, TcpConnector};

use super::failure;
use crate::support::{Reserved, Silent};

// GEN-02
#[tokio::test]
async fn what_can_never_be_connected_to_is_the_callers_mistake() {
    let cases = [
        ("tcp://example.com", r#"invalid URI "tcp://example.com": the port is missing (EINVAL)"#),
        ("www.example.com", r#"invalid URI "www.example.com": the port is missing (EINVAL)"#),
        (
            "tls://example.com:99999",
            r#"invalid URI "tls://example.com:99999": the port is not a number from 0 to 65535 (EINVAL)"#,
        ),
        (
            "x://example.com:80",
            r#"invalid URI "x://example.com:80": no connector available for URI scheme "x" (EINVAL)"#,
        ),
    ];
    for (uri, said) in cases {
        let error = failure(&Connector::new(), uri).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.is_invalid_input());
        assert_eq!(error.raw_os_error(), Some(22));
        assert_eq!(error.io_kind(), io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), said);
    }
}

#[tokio::test]
async fn a_host_name_needs_dns() {
    let connector = Connector::from_service(TcpConnector::new());
    let error = failure(&connector, "tcp://example.com:80").await;
    let said = r#"invalid URI "tcp://example.com:80": "example.com" is a host name, not a valid host IP (EINVAL)"#;
    assert_eq!(error.to_string(), said);
}

// GEN-02, GEN-03
#[tokio::test]
async fn a_refused_connect_is_told_in_the_words_of_the_operating_system() {
    let refused = Reserved::new();
    let uri = format!("tcp://{}", refused.address());
    let error = failure(&Connector::new(), &*uri).await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.raw_os_error(), Some(111));
    assert_eq!(error.uri(), Some(&uri.as_str().into_uri().unwrap()));
    assert_eq!(error.peer(), Some(&refused.address().into()));
    let said = format!("connection to {uri} failed: connection refused (ECONNREFUSED)");
    assert_eq!(error.to_string(), said);

    let error = io::Error::from(error);
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(error.to_string(), said);
}

// GEN-02, GEN-03
#[tokio::test]
async fn a_missing_unix_socket_is_told_in_the_words_of_the_operating_system() {
    let error = failure(&Connector::new(), "unix:///no/such/socket").await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.raw_os_error(), Some(2));
    assert_eq!(error.io_kind(), io::ErrorKind::NotFound);
    let said = "connection to unix:///no/such/socket failed: no such file or directory (ENOENT)";
    assert_eq!(error.to_string(), said);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_says_how_long_it_was() {
    let silent = Silent::new();
    let uri = format!("tcp://{}", silent.address());
    let connector = Connector::builder().timeout(Duration::from_millis(10)).build();
    let error = failure(&connector, &*uri).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.elapsed(), Some(Duration::from_millis(10)));
    assert_eq!(error.to_string(), format!("connection to {uri} timed out after 10ms (ETIMEDOUT)"));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_towers_is_a_timeout_too() {
    let silent = Silent::new();
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(3)))
        .service(TcpConnector::new());
    let error = failure(&Connector::from_service(stack), silent.address()).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.raw_os_error(), Some(110));
    let said = format!("connection to tcp://{} timed out (ETIMEDOUT)", silent.address());
    assert_eq!(error.to_string(), said);
}

#[cfg(feature = "dns")]
#[tokio::test]
async fn a_name_that_does_not_resolve_is_told_in_the_words_of_the_resolver() {
    let dns = DnsLayer::new(FixedHosts::new());
    let connector = Connector::builder().dns(dns).build();
    let error = failure(&connector, "tcp://example.com:80").await;
    assert_eq!(error.kind(), ErrorKind::Resolve);
    assert!(error.is_resolve());
    assert_eq!(error.raw_os_error(), None);
    let said = "connection to tcp://example.com:80 failed during DNS lookup: example.com is not one of the fixed hosts";
    assert_eq!(error.to_string(), said);
}
