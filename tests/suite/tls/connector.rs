//! The client's side.

use std::{
    future::{pending, ready},
    sync::{Arc, Mutex},
};

use http::Uri;
use tokio::{
    io::{AsyncReadExt, duplex},
    sync::oneshot,
};
use tokio_test::{assert_pending, task};
use tower::{Service, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{Connection, Error, ErrorKind, layers::TlsLayer};

use super::{Company, connect};

/// A connector that never connects and remembers where to.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Uri>>>);

impl Asked {
    fn connector(
        &self,
    ) -> impl Service<Uri, Response = Connection, Error = Error, Future: Send> + Clone {
        let asked = self.clone();
        service_fn(move |uri| {
            asked.0.lock().unwrap().push(uri);
            pending()
        })
    }

    fn uris(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(ToString::to_string).collect()
    }
}

/// What the connector below is asked for.
fn handed_down(layer: &TlsLayer, uri: &'static str) -> Vec<String> {
    let asked = Asked::default();
    let mut connect = task::spawn(layer.layer(asked.connector()).oneshot(Uri::from_static(uri)));
    assert_pending!(connect.poll());
    asked.uris()
}

/// The error of a call that must not reach the connector below.
async fn refused(layer: &TlsLayer, uri: &'static str) -> Error {
    let asked = Asked::default();
    let error = layer.layer(asked.connector()).oneshot(Uri::from_static(uri)).await.unwrap_err();
    assert!(asked.uris().is_empty());
    error
}

fn layer() -> TlsLayer {
    TlsLayer::new(Company::local().client)
}

// TLSC-01
#[test]
fn without_a_scheme_tls_is_meant_and_none_is_handed_down() {
    assert_eq!(handed_down(&layer(), "example.com:80"), ["example.com:80"]);
}

// TLSC-02
#[test]
fn path_and_query_are_handed_down() {
    let given = "tls://example.com:80/path?query";
    assert_eq!(handed_down(&layer(), given), ["tcp://example.com:80/path?query"]);
}

#[test]
fn every_scheme_is_spoken_to_with_tls() {
    for (given, below) in [
        ("tls://example.com:1", "tcp://example.com:1/"),
        ("tcp://example.com:1", "tcp://example.com:1/"),
        ("https://example.com", "http://example.com:443/"),
        ("http://example.com", "http://example.com:80/"),
        ("wss://example.com", "ws://example.com:443/"),
        ("unix://2f61?hostname=example.com", "unix://2f61/?hostname=example.com"),
    ] {
        assert_eq!(handed_down(&layer(), given), [below]);
    }
}

// TLSC-03
#[tokio::test]
async fn what_tls_cannot_stand_on_is_refused_before_the_connector_is_called() {
    for uri in ["udp://example.com:80", "fd://3", "tls://example.com", "unix://2f61"] {
        let error = refused(&layer(), uri).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().starts_with("invalid URI "), "{error}");
        assert_eq!(error.raw_os_error(), Some(22));
    }
}

#[test]
fn by_scheme_everything_but_tls_passes_untouched() {
    let layer = TlsLayer::by_scheme(Company::local().client);
    for uri in
        ["example.com:80", "tcp://example.com:80/", "http://a/", "udp://a:1/", "unix://2f61/"]
    {
        assert_eq!(handed_down(&layer, uri), [uri]);
    }
    assert_eq!(handed_down(&layer, "tls://a:1"), ["tcp://a:1/"]);
    assert_eq!(handed_down(&layer, "https://a"), ["http://a:443/"]);
}

#[tokio::test]
async fn by_scheme_a_plain_connection_stays_plain() {
    let plain = service_fn(|_: Uri| ready(Ok::<_, Error>(Connection::from(duplex(8).0))));
    let connector = TlsLayer::by_scheme(Company::local().client).layer(plain);
    assert!(connect(connector, "tcp://a:1").await.unwrap().info().tls().is_none());
}

// TLSC-04, ENC-02
#[tokio::test]
async fn the_client_speaks_first_once_there_is_a_connection_and_is_done_after_the_handshake() {
    let company = Company::new(&["example.com"]);
    let (send, receive) = oneshot::channel::<Connection>();
    let mut receive = Some(receive);
    let later = service_fn(move |_: Uri| {
        let receive = receive.take().unwrap();
        async { Ok::<_, Error>(receive.await.unwrap()) }
    });
    let connector = TlsLayer::new(company.client).layer(later);
    let uri = Uri::from_static("tls://example.com:443");
    let mut connecting = task::spawn(connector.oneshot(uri));
    assert_pending!(connecting.poll());

    let (near, mut far) = duplex(64 * 1024);
    send.send(near.into()).unwrap();
    assert!(connecting.is_woken());
    assert_pending!(connecting.poll());
    let mut record = [0; 5];
    far.read_exact(&mut record).await.unwrap();
    assert_eq!(record[..2], [22, 3], "a TLS handshake record");
    assert_pending!(connecting.poll());
}

#[test]
fn the_future_is_send_and_unpin_where_the_one_below_is() {
    fn check<T: Send + Unpin>(_: T) {}
    check(Company::local().connector().call(Uri::from_static("udp://a:1")));
}
