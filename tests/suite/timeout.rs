use std::{
    future::{pending, poll_fn, ready},
    io, mem,
    pin::pin,
    task::Poll,
    time::Duration,
};

use http::Uri;
use tokio::{io::DuplexStream, time::advance};
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower::{BoxError, Service as _, ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Error, ErrorKind,
    layers::{TimeoutLayer, timeout::Timeout},
};
use tower_test::{
    assert_request_eq,
    mock::{self, Mock},
};

use crate::support::{Counted, Drops};

const LIMIT: Duration = Duration::from_millis(10);

fn uri() -> Uri {
    Uri::from_static("tcp://example.com:80")
}

type Service<R> = mock::Spawn<Timeout<Mock<Uri, R>>>;

fn with_mock<R>() -> (Service<R>, mock::Handle<Uri, R>) {
    mock::spawn_layer(TimeoutLayer::new(LIMIT))
}

async fn hang(_held: Counted) -> Result<(), Error> {
    pending().await
}

async fn pending_once() {
    let mut polled = false;
    poll_fn(|_| if mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

// TMO-01
#[tokio::test(start_paused = true)]
async fn an_attempt_still_pending_at_the_deadline_times_out() {
    let (mut service, mut handle) = with_mock::<()>();
    assert_ready_ok!(service.poll_ready());
    let mut connecting = task::spawn(service.call(uri()));
    assert_pending!(connecting.poll());
    let _unanswered = assert_request_eq!(handle, uri());
    advance(LIMIT - Duration::from_millis(1)).await;
    assert_pending!(connecting.poll());

    advance(Duration::from_millis(2)).await;
    assert!(connecting.is_woken());
    let error = assert_ready_err!(connecting.poll());
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.com:80 timed out after 10ms (ETIMEDOUT)"
    );
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
    assert_eq!(error.raw_os_error(), Some(110));
    assert_eq!(error.io_kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.uri(), Some(&uri()));
    assert_eq!(error.elapsed(), Some(LIMIT));
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_need_not_be_a_uri() {
    let service = service_fn(|number: u8| async move {
        match number {
            0 => Ok::<_, BoxError>("zero"),
            _ => pending().await,
        }
    });
    let service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(service);
    assert_eq!(service.clone().oneshot(0).await.unwrap(), "zero");
    let error = service.oneshot(1).await.unwrap_err();
    assert_eq!(error.to_string(), "connection timed out after 10ms (ETIMEDOUT)");
    assert_eq!(error.uri(), None);
}

// TMO-02
#[tokio::test(start_paused = true)]
async fn the_attempt_is_dropped_exactly_once_at_the_deadline() {
    let drops = Drops::default();
    let mut service = ServiceBuilder::new()
        .layer(TimeoutLayer::new(LIMIT))
        .service_fn(|_: Uri| hang(drops.counted()));
    let mut connecting = pin!(service.call(uri()));
    assert!(connecting.as_mut().await.unwrap_err().is_timeout());
    assert_eq!(drops.count(), 1, "dropped while the future itself still stands");
}

// TMO-03
#[test]
fn an_attempt_that_fails_at_once_needs_no_timer() {
    let fail = service_fn(|_: Uri| ready(Err::<(), BoxError>("no route".into())));
    let mut service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(fail);
    // A timer could not be made here, outside a runtime.
    let error = assert_ready_err!(task::spawn(service.call(uri())).poll());
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().ends_with("failed: no route"), "{error}");
}

// TMO-04
#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_later_fails_with_its_own_error() {
    let (mut service, mut handle) = with_mock::<()>();
    assert_ready_ok!(service.poll_ready());
    let mut connecting = task::spawn(service.call(uri()));
    assert_pending!(connecting.poll());
    let (_, response) = handle.next_request().await.unwrap();
    response.send_error(io::Error::from_raw_os_error(42));

    let error = assert_ready_err!(connecting.poll());
    assert_eq!(error.raw_os_error(), Some(42));
    assert_eq!(error.uri(), Some(&uri()));
    assert!(!error.is_timeout());
    assert_eq!(connecting.waker_ref_count(), 1, "no timer is left to wake the task");
}

// TMO-05
#[test]
fn an_attempt_that_is_ready_at_once_needs_no_timer() {
    let echo = service_fn(|uri: Uri| ready(Ok::<_, Error>(uri)));
    let mut service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(echo);
    assert_eq!(assert_ready_ok!(task::spawn(service.call(uri())).poll()), uri());
}

// TMO-06
#[tokio::test(start_paused = true)]
async fn a_finished_connection_never_times_out() {
    let (mut service, mut handle) = with_mock::<DuplexStream>();
    assert_ready_ok!(service.poll_ready());
    let mut connecting = task::spawn(service.call(uri()));
    assert_pending!(connecting.poll());
    let (near, far) = tokio::io::duplex(1);
    let (_, response) = handle.next_request().await.unwrap();
    response.send_response(near);

    let connection = assert_ready_ok!(connecting.poll());
    advance(LIMIT * 1000).await;
    assert!(!connecting.is_woken());
    drop(far);
    assert_eq!(tokio::io::copy(&mut { connection }, &mut tokio::io::sink()).await.unwrap(), 0);
}

// TMO-07
#[tokio::test(start_paused = true)]
async fn dropping_the_future_drops_the_attempt_and_its_timer() {
    let drops = Drops::default();
    let mut service = ServiceBuilder::new()
        .layer(TimeoutLayer::new(LIMIT))
        .service_fn(|_: Uri| hang(drops.counted()));
    let mut caller = task::spawn(());
    let mut connecting = Box::pin(service.call(uri()));
    assert_pending!(caller.enter(|cx, _| connecting.as_mut().poll(cx)));

    drop(connecting);
    assert_eq!(drops.count(), 1);
    assert_eq!(caller.waker_ref_count(), 1);
    advance(LIMIT * 2).await;
    assert!(!caller.is_woken());
}

// TMO-08
#[tokio::test(start_paused = true)]
async fn a_deadline_of_zero_lets_an_attempt_win_that_is_ready() {
    let layer = TimeoutLayer::new(Duration::ZERO);
    let echo = service_fn(|uri: Uri| ready(Ok::<_, Error>(uri)));
    let service = ServiceBuilder::new().layer(layer).service(echo);
    assert_eq!(service.oneshot(uri()).await.unwrap(), uri());

    let silent = service_fn(|_: Uri| pending::<Result<(), Error>>());
    let service = ServiceBuilder::new().layer(layer).service(silent);
    let start = tokio::time::Instant::now();
    let error = service.oneshot(uri()).await.unwrap_err();
    assert!(error.is_timeout());
    assert!(start.elapsed() <= Duration::from_millis(1));
}

// TMO-09
#[tokio::test(start_paused = true)]
async fn nothing_is_left_behind_by_a_failure() {
    let drops = Drops::default();
    let mut service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service_fn(|_: Uri| {
        let held = drops.counted();
        async move {
            pending_once().await;
            drop(held);
            Err::<(), BoxError>("refused".into())
        }
    });
    let mut connecting = task::spawn(service.call(uri()));
    assert_pending!(connecting.poll());
    assert_ready_err!(connecting.poll());
    assert_eq!(drops.count(), 1);
    assert_eq!(connecting.waker_ref_count(), 1);
}

// TMO-09
#[tokio::test(start_paused = true)]
async fn nothing_is_left_behind_by_a_timeout() {
    let drops = Drops::default();
    let mut service = ServiceBuilder::new()
        .layer(TimeoutLayer::new(LIMIT))
        .service_fn(|_: Uri| hang(drops.counted()));
    for nth in 1..4 {
        let mut connecting = task::spawn(service.call(uri()));
        assert_pending!(connecting.poll());
        advance(LIMIT * 2).await;
        assert_ready_err!(connecting.poll());
        assert_eq!(drops.count(), nth);
        assert_eq!(connecting.waker_ref_count(), 1);
    }
}

#[test]
fn one_service_keeps_its_deadline_in_one_runtime_after_another() {
    let silent = service_fn(|_: Uri| pending::<Result<(), Error>>());
    let service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(silent);
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        for _ in 0..2 {
            let error = runtime.block_on(service.clone().oneshot(uri())).unwrap_err();
            assert!(error.is_timeout());
        }
    }
}

#[test]
fn waiting_outside_a_runtime_is_an_error_and_no_panic() {
    let silent = service_fn(|_: Uri| pending::<Result<(), Error>>());
    let mut service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(silent);
    let error = assert_ready_err!(task::spawn(service.call(uri())).poll());
    assert!(error.is_invalid_input());
    assert!(error.to_string().starts_with("a deadline needs a tokio runtime"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_longest_duration_never_passes() {
    let silent = service_fn(|_: Uri| pending::<Result<(), Error>>());
    let mut service = ServiceBuilder::new().layer(TimeoutLayer::new(Duration::MAX)).service(silent);
    let mut connecting = task::spawn(service.call(uri()));
    assert_pending!(connecting.poll());
    advance(Duration::from_secs(3600 * 24 * 365)).await;
    assert_pending!(connecting.poll());
}

#[tokio::test(start_paused = true)]
async fn calls_at_the_same_time_have_deadlines_of_their_own() {
    let silent = service_fn(|_: Uri| pending::<Result<(), Error>>());
    let mut service = ServiceBuilder::new().layer(TimeoutLayer::new(LIMIT)).service(silent);
    for _ in 0..3 {
        let mut first = task::spawn(service.call(uri()));
        assert_pending!(first.poll());
        advance(LIMIT / 2).await;
        let mut second = task::spawn(service.call(uri()));
        assert_pending!(second.poll());
        advance(LIMIT / 2 + Duration::from_millis(1)).await;
        assert_ready_err!(first.poll());
        assert_pending!(second.poll());
        advance(LIMIT / 2).await;
        assert_ready_err!(second.poll());
    }
}
