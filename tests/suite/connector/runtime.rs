//! What a connector is to whoever passes it around.

use std::sync::Arc;

use futures_util::FutureExt;
use tower::{Service, service_fn};
use tower_socket::{
    Connection, Connector, Error,
    connector::{Connect, Connecting, ConnectorBuilder},
};

use crate::support::recorder::Recorder;

#[test]
fn it_goes_between_threads_and_its_futures_need_no_pin() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn future<T: Future<Output = Result<Connection, Error>> + Send + Unpin + 'static>() {}
    fn service<T: Service<http::Uri, Response = Connection, Error = Error>>() {}
    shared::<Connector>();
    shared::<ConnectorBuilder>();
    service::<Connector>();
    future::<Connect>();
    future::<Connecting>();
}

#[test]
fn a_connect_outside_a_runtime_is_a_mistake_not_a_panic() {
    let connector = Connector::new();
    let uris = ["tcp://127.0.0.1:1", "tcp://example.com:1", "tls://127.0.0.1:1", "unix:///a"];
    for uri in uris {
        let error = connector.connect(uri).now_or_never().expect("at once").unwrap_err();
        assert!(error.is_invalid_input(), "{error}");
        assert!(error.to_string().contains("runtime"), "{error}");
    }
}

#[test]
fn a_connect_may_be_begun_outside_the_runtime_that_runs_it() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let connecting = Connector::new().connect(listener.local_addr().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(connecting).unwrap();
}

#[tokio::test]
async fn nothing_is_asked_before_the_first_poll() {
    let tcp = Recorder::default();
    let connector = Connector::builder().tcp_service(tcp.clone()).build();
    drop(connector.connect("127.0.0.1:80"));
    assert!(tcp.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_future_drops_what_is_below() {
    let alive = Arc::new(());
    let held = alive.clone();
    let never = service_fn(move |_: http::Uri| {
        let held = held.clone();
        async move {
            std::future::pending::<()>().await;
            drop(held);
            Err::<Connection, _>(std::io::Error::other("never"))
        }
    });
    let connector = Connector::builder().tcp_service(never).build();
    let before = Arc::strong_count(&alive);
    let mut connecting = connector.connect("127.0.0.1:80");
    assert!((&mut connecting).now_or_never().is_none());
    assert!(Arc::strong_count(&alive) > before);
    drop(connecting);
    drop(connector);
    assert_eq!(Arc::strong_count(&alive), 1);
}
