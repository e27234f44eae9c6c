//! Which scheme goes where, and which goes nowhere.

use http::Uri;
use tower::ServiceExt;
use tower_socket::{Connector, Server};

use super::{accepted, company, example_com, failure, port};
use crate::support::recorder::Recorder;

fn no_connector(uri: &str, scheme: &str) -> String {
    format!("invalid URI \"{uri}\": no connector available for URI scheme \"{scheme}\" (EINVAL)")
}

// CTR-01
#[tokio::test]
async fn no_scheme_is_tcp() {
    let tcp = Recorder::default();
    let connector = Connector::builder().tcp_service(tcp.clone()).build();
    connector.connect("127.0.0.1:80").await.unwrap();
    assert_eq!(tcp.asked(), ["tcp://127.0.0.1:80/"]);
}

// CTR-01
#[tokio::test]
async fn a_uri_without_a_scheme_goes_to_tcp_unchanged() {
    let tcp = Recorder::default();
    let connector = Connector::builder().tcp_service(tcp.clone()).build();
    connector.oneshot(Uri::from_static("127.0.0.1:80")).await.unwrap();
    assert_eq!(tcp.asked(), ["127.0.0.1:80"]);
}

#[tokio::test]
async fn the_schemes_of_the_web_are_tcp_and_tls() {
    let (tcp, tls) = (Recorder::default(), Recorder::default());
    let connector = Connector::builder().tcp_service(tcp.clone()).tls_service(tls.clone()).build();
    for uri in ["http://127.0.0.1/", "ws://127.0.0.1/", "https://127.0.0.1/", "wss://127.0.0.1/"] {
        connector.connect(uri).await.unwrap();
    }
    assert_eq!(tcp.asked(), ["http://127.0.0.1/", "ws://127.0.0.1/"]);
    assert_eq!(tls.asked(), ["https://127.0.0.1/", "wss://127.0.0.1/"]);
}

// CTR-02
#[tokio::test]
async fn an_unknown_scheme_is_a_mistake_that_names_it() {
    let error = failure(&Connector::new(), "unknown://google.com:80").await;
    assert_eq!(error.to_string(), no_connector("unknown://google.com:80", "unknown"));
    assert!(error.is_invalid_input());
    assert_eq!(error.raw_os_error(), Some(22));
}

// CTR-02
#[tokio::test]
async fn schemes_are_known_in_any_case() {
    let tcp = Recorder::default();
    let connector = Connector::builder().tcp_service(tcp.clone()).build();
    connector.connect("TCP://127.0.0.1:80").await.unwrap();
    assert_eq!(tcp.asked(), ["tcp://127.0.0.1:80/"]);
}

#[tokio::test]
async fn what_a_server_listens_on_by_descriptor_is_nothing_to_connect_to() {
    let error = failure(&Connector::new(), "fd://3").await;
    assert_eq!(error.to_string(), no_connector("fd://3", "fd"));
}

// CTR-03
#[tokio::test]
async fn without_tcp_a_uri_with_or_without_that_scheme_is_refused() {
    let connector = Connector::builder().no_tcp().build();
    for uri in ["google.com:80", "tcp://google.com:80"] {
        let error = failure(&connector, uri).await;
        assert_eq!(error.to_string(), no_connector("tcp://google.com:80", "tcp"));
    }
}

// CTR-04
#[tokio::test]
async fn without_tcp_tls_keeps_working() {
    let (client, tls) = company(&["example.com"]);
    let mut server = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let connector = example_com().tls(client).no_tcp().build();
    let uri = format!("tls://example.com:{}", port(&server));
    let (connected, _) = tokio::join!(connector.connect(uri), accepted(&mut server));
    connected.unwrap();
}

// CTR-05
#[tokio::test]
async fn without_tls_that_scheme_is_refused() {
    let connector = Connector::builder().no_tls().build();
    let error = failure(&connector, "tls://google.com:443").await;
    assert_eq!(error.to_string(), no_connector("tls://google.com:443", "tls"));
}

// CTR-06
#[tokio::test]
async fn without_unix_that_scheme_is_refused() {
    let connector = Connector::builder().no_unix().build();
    let error = failure(&connector, "unix:///run/app.sock").await;
    assert_eq!(error.to_string(), no_connector("unix:///run/app.sock", "unix"));
}

#[tokio::test]
async fn what_is_no_uri_fails_with_what_is_wrong_with_it() {
    let error = failure(&Connector::new(), "google.com:99999").await;
    assert_eq!(
        error.to_string(),
        "invalid URI \"google.com:99999\": the port is not a number from 0 to 65535 (EINVAL)"
    );
}
