use std::future::pending;

use http::Uri;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Connection, Error, Incoming, TcpConnector, TcpServer,
    layers::{FixedUriLayer, LimitLayer, TimeoutLayer},
};
use tower_test::mock;

fn uri() -> Uri {
    Uri::from_static("tcp://192.0.2.1:80")
}

async fn open(_: Uri) -> Result<Connection, Error> {
    Ok(tokio::io::duplex(64).0.into())
}

#[tokio::test]
async fn an_outgoing_connection_counts_until_it_is_closed() {
    let server = TcpServer::bind("127.0.0.1:0").await.unwrap();
    let uri: Uri = server.handle().address().unwrap().to_string().parse().unwrap();
    let layer = LimitLayer::new(1);
    let connector = ServiceBuilder::new()
        .layer(TimeoutLayer::new(std::time::Duration::from_secs(60)))
        .layer(layer.clone())
        .service(TcpConnector::new());
    let connection = connector.clone().oneshot(uri.clone()).await.unwrap();
    assert_eq!(layer.connections().list()[0].id(), connection.info().id());

    let error = connector.clone().oneshot(uri.clone()).await.unwrap_err();
    assert!(error.is_limit_reached());
    assert_eq!(error.uri(), Some(&uri));
    drop(connection);
    connector.oneshot(uri).await.unwrap();
}

#[tokio::test]
async fn an_attempt_counts_while_it_runs_and_no_longer() {
    let mut connector =
        LimitLayer::new(1).layer(service_fn(|_: Uri| pending::<Result<Connection, Error>>()));
    let mut attempt = task::spawn(connector.call(uri()));
    assert_pending!(attempt.poll());
    assert_ready_err!(task::spawn(connector.call(uri())).poll());
    drop(attempt);
    assert_pending!(task::spawn(connector.call(uri())).poll());
}

#[tokio::test]
async fn a_failed_attempt_gives_its_place_back() {
    let mut connector = LimitLayer::new(1)
        .layer(service_fn(|_: Uri| async { Err::<Connection, _>(BoxError::from("refused")) }));
    for _ in 0..2 {
        let error = connector.call(uri()).await.unwrap_err();
        assert!(error.to_string().ends_with("failed: refused"), "{error}");
    }
}

#[tokio::test]
async fn a_pausing_connector_waits_for_a_place() {
    let mut connector =
        mock::Spawn::new(LimitLayer::new(1).pause_on_limit().layer(service_fn(open)));
    assert_ready_ok!(connector.poll_ready::<Uri>());
    let connection = connector.call(uri()).await.unwrap();
    assert_pending!(connector.poll_ready::<Uri>());
    drop(connection);
    assert!(connector.is_woken());
    assert_ready_ok!(connector.poll_ready::<Uri>());
}

#[tokio::test]
async fn a_stack_is_clone_send_and_sync_and_its_futures_are_unpin() {
    fn check<S>(mut connector: S)
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Future: Send + Unpin,
    {
        let _unpolled = connector.call(uri());
    }
    check(
        ServiceBuilder::new()
            .layer(FixedUriLayer::new("tcp://127.0.0.1:1").unwrap())
            .layer(TimeoutLayer::new(std::time::Duration::from_secs(1)))
            .layer(LimitLayer::new(1).pause_on_limit())
            .service(TcpConnector::new()),
    );
}
