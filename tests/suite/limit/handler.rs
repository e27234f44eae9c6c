use std::{convert::Infallible, future::pending};

use tokio::io::DuplexStream;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{Connection, Error, layers::LimitLayer};
use tower_test::mock;

use super::from;

type Kept = Result<Connection, Infallible>;

async fn keep(connection: Connection) -> Kept {
    Ok(connection)
}

fn pipe() -> (Connection, DuplexStream) {
    let (near, far) = tokio::io::duplex(64);
    (near.into(), far)
}

#[tokio::test]
async fn a_handled_connection_counts_until_it_is_closed() {
    let layer = LimitLayer::new(1);
    let handler = ServiceBuilder::new().layer(layer.clone()).service_fn(keep);
    let first = handler.clone().oneshot(from("192.0.2.1:1")).await.unwrap();
    assert_eq!(layer.connections().list()[0].id(), first.info().id());

    let error = Error::from(handler.clone().oneshot(from("192.0.2.2:7")).await.unwrap_err());
    assert!(error.is_limit_reached());
    assert_eq!(error.peer().unwrap().to_string(), "tcp://192.0.2.2:7");

    drop(first);
    handler.oneshot(from("192.0.2.2:7")).await.unwrap();
}

#[tokio::test]
async fn one_too_many_is_closed_before_the_handler_sees_it() {
    let mut handler = LimitLayer::new(0).layer(service_fn(|_: Connection| async {
        unreachable!("called at the limit");
        #[expect(unreachable_code, reason = "tells the type")]
        Ok::<(), Infallible>(())
    }));
    let (connection, mut far) = pipe();
    let refused = handler.call(connection);
    assert_eq!(tokio::io::copy(&mut far, &mut tokio::io::sink()).await.unwrap(), 0);
    assert_ready_err!(task::spawn(refused).poll());
}

#[tokio::test]
async fn a_pausing_handler_is_ready_when_there_is_a_place() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let mut first = mock::Spawn::new(layer.layer(service_fn(keep)));
    let mut second = mock::Spawn::new(first.get_ref().clone());
    assert_ready_ok!(first.poll_ready::<Connection>());
    assert_ready_ok!(first.poll_ready::<Connection>());
    assert_pending!(second.poll_ready::<Connection>());

    let held = first.call(from("192.0.2.1:1")).await.unwrap();
    assert_pending!(second.poll_ready::<Connection>());
    drop(held);
    assert!(second.is_woken());
    assert_ready_ok!(second.poll_ready::<Connection>());
    assert_pending!(first.poll_ready::<Connection>());
}

#[tokio::test]
async fn a_dropped_handler_gives_back_the_place_it_reserved() {
    let layer = LimitLayer::new(1).pause_on_limit();
    let mut first = mock::Spawn::new(layer.layer(service_fn(keep)));
    let mut second = mock::Spawn::new(layer.layer(service_fn(keep)));
    assert_ready_ok!(first.poll_ready::<Connection>());
    assert_pending!(second.poll_ready::<Connection>());
    drop(first);
    assert!(second.is_woken());
    assert_ready_ok!(second.poll_ready::<Connection>());
}

#[tokio::test]
async fn a_cancelled_handler_frees_its_place() {
    let layer = LimitLayer::new(1);
    let mut handler = layer.layer(service_fn(|connection: Connection| async {
        let _open = connection;
        pending::<Result<(), Infallible>>().await
    }));
    let mut handling = task::spawn(handler.call(from("192.0.2.1:1")));
    assert_pending!(handling.poll());
    assert_eq!(layer.connections().len(), 1);
    drop(handling);
    assert!(layer.connections().is_empty());
}
