use std::{future::pending, time::Duration};

use http::Uri;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower::{Service as _, ServiceBuilder, service_fn};
use tower_socket::{
    Error,
    layers::{FixedUriLayer, TimeoutLayer, fixed_uri::FixedUri},
};
use tower_test::{
    assert_request_eq,
    mock::{self, Mock},
};

fn fixed() -> Uri {
    Uri::from_static("tcp://127.0.0.1:8080")
}

fn ignored() -> Uri {
    Uri::from_static("tcp://ignored:80")
}

type Service = mock::Spawn<FixedUri<Mock<Uri, &'static str>>>;

fn with_mock() -> (Service, mock::Handle<Uri, &'static str>) {
    mock::spawn_layer(FixedUriLayer::new("tcp://127.0.0.1:8080").unwrap())
}

// FIX-01
#[tokio::test]
async fn every_request_goes_to_the_one_uri() {
    let (mut service, mut handle) = with_mock();
    for answer in ["first", "second"] {
        assert_ready_ok!(service.poll_ready());
        let mut connecting = task::spawn(service.call(ignored()));
        assert_pending!(connecting.poll());
        assert_request_eq!(handle, fixed()).send_response(answer);
        assert_eq!(assert_ready_ok!(connecting.poll()), answer);
    }
}

// FIX-01
#[tokio::test]
async fn an_error_shows_the_one_uri() {
    let (mut service, mut handle) = with_mock();
    assert_ready_ok!(service.poll_ready());
    let mut connecting = task::spawn(service.call(ignored()));
    assert_pending!(connecting.poll());
    assert_request_eq!(handle, fixed()).send_error("no route");
    let error = assert_ready_err!(connecting.poll());
    assert_eq!(error.uri(), Some(&fixed()));
    assert!(error.to_string().ends_with("failed: no route"), "{error}");
}

#[test]
fn a_callers_mistake_passes_untouched() {
    let silent = service_fn(|_: Uri| pending::<Result<(), Error>>());
    let mut service = ServiceBuilder::new()
        .layer(FixedUriLayer::new("tcp://127.0.0.1:8080").unwrap())
        .layer(TimeoutLayer::new(Duration::from_secs(1)))
        .service(silent);
    // Outside a runtime there is no way to wait for the deadline.
    let error = assert_ready_err!(task::spawn(service.call(ignored())).poll());
    assert!(error.is_invalid_input());
    assert_eq!(error.uri(), None);
}
