//! Stacks made by hand in the facade's clothes.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::FutureExt;
use http::Uri;
use tower::{
    Service, ServiceBuilder, ServiceExt, buffer::BufferLayer, limit::RateLimitLayer, service_fn,
    timeout::TimeoutLayer,
};
use tower_socket::{BoxError, Connection, Connector, Error, Server, TcpConnector};

use super::{accepted, failure, port};
use crate::support::recorder::Recorder;

#[tokio::test]
async fn a_stack_made_by_hand_is_a_connector() {
    let mut server = Server::bind("127.0.0.1:0").await.unwrap();
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(3)))
        .service(TcpConnector::new());
    let connector = Connector::from_service(stack);
    connector.connect(("127.0.0.1", port(&server))).await.unwrap();
    accepted(&mut server).await;
}

#[tokio::test]
async fn a_stack_made_by_hand_gets_every_scheme() {
    let recorder = Recorder::default();
    let connector = Connector::from_service(recorder.clone());
    connector.connect("any://example.com:1").await.unwrap();
    connector.connect("unix:///a").await.unwrap();
    assert_eq!(recorder.asked(), ["any://example.com:1/", "unix://2f61/"]);
}

#[tokio::test(start_paused = true)]
async fn towers_own_timeout_becomes_a_timeout_of_ours() {
    let never = service_fn(|_: Uri| std::future::pending::<Result<Connection, Error>>());
    let stack = ServiceBuilder::new().timeout(Duration::from_secs(3)).service(never);
    let error = failure(&Connector::from_service(stack), "127.0.0.1:80").await;
    assert!(error.is_timeout());
}

#[tokio::test]
async fn an_error_of_ours_comes_back_out_of_towers_box() {
    let stack = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(3)))
        .service(TcpConnector::new());
    let error = failure(&Connector::from_service(stack), "tls://127.0.0.1:443").await;
    assert_eq!(
        error.to_string(),
        "invalid URI \"tls://127.0.0.1:443\": there is no TLS layer here (EINVAL)"
    );
}

#[tokio::test]
async fn any_other_error_is_shown_with_the_uri() {
    let refusing = service_fn(|_: Uri| async { Err::<Connection, _>(BoxError::from("no luck")) });
    let error = failure(&Connector::from_service(refusing), "any://example.com:1").await;
    assert_eq!(error.to_string(), "connection to any://example.com:1 failed: no luck");
}

#[tokio::test]
async fn a_stack_that_is_not_clone_goes_under_a_buffer() {
    let recorder = Recorder::default();
    let stack = ServiceBuilder::new()
        .layer(BufferLayer::new(8))
        .layer(RateLimitLayer::new(100, Duration::from_secs(1)))
        .service(recorder.clone());
    let connector = Connector::from_service(stack);
    connector.connect("127.0.0.1:80").await.unwrap();
    assert_eq!(recorder.asked().len(), 1);
}

/// Not ready the first time it is asked, and strict about who was told so.
#[derive(Clone)]
struct Reluctant {
    polls: usize,
}

impl Service<Uri> for Reluctant {
    type Response = Connection;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.polls += 1;
        if self.polls < 2 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        assert!(self.polls >= 2, "called before it was ready");
        self.polls = 0;
        Box::pin(async { Ok(tokio::io::duplex(64).0.into()) })
    }
}

#[tokio::test]
async fn a_stack_made_by_hand_is_called_once_it_is_ready() {
    Connector::from_service(Reluctant { polls: 0 }).connect("127.0.0.1:80").await.unwrap();
}

#[tokio::test]
async fn a_replaced_scheme_is_called_once_it_is_ready() {
    let connector = Connector::builder().tcp_service(Reluctant { polls: 0 }).build();
    connector.connect("127.0.0.1:80").await.unwrap();
    connector.connect("127.0.0.1:80").await.unwrap();
    connector.clone().oneshot(Uri::from_static("127.0.0.1:80")).await.unwrap();
}

#[test]
fn readiness_of_a_stack_made_by_hand_is_handed_on() {
    let mut connector = Connector::from_service(Reluctant { polls: 0 });
    assert!(connector.ready().now_or_never().is_none(), "it is not ready yet");
    assert!(connector.ready().now_or_never().is_some());
}

/// Never takes a call.
#[derive(Clone)]
struct WornOut;

impl Service<Uri> for WornOut {
    type Response = Connection;
    type Error = BoxError;
    type Future = std::future::Pending<Result<Connection, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Err("worn out".into()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        unreachable!("it is never ready")
    }
}

#[tokio::test]
async fn a_stack_that_gets_never_ready_is_an_error_with_the_uri() {
    let error = failure(&Connector::from_service(WornOut), "127.0.0.1:80").await;
    assert_eq!(error.to_string(), "connection to tcp://127.0.0.1:80 failed: worn out");
}
