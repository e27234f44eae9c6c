//! hyper-util's servers over our connections.

use std::{convert::Infallible, pin::pin, time::Duration};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::{body::Incoming as Body, service::service_fn};
use hyper_util::{rt::TokioExecutor, server::conn::auto};
use nix::sys::signal::Signal;
use tokio::sync::{Notify, mpsc};
use tower_socket::{Connection, Incoming, Server, ServerHandle};

use crate::{
    support::{Pki, Program, authority, program},
    web::{connector, example, http, server_tls, text, url},
};

static RELEASED: &str = "released";

/// Answers each request when it is released, and says that it is there.
#[derive(Clone)]
struct Slow {
    arrived: mpsc::UnboundedSender<()>,
    release: std::sync::Arc<Notify>,
}

impl Slow {
    async fn serve(self, connection: Connection, server: ServerHandle) {
        let answer = service_fn(move |_: Request<Body>| {
            let Self { arrived, release } = self.clone();
            async move {
                let released = release.notified();
                arrived.send(()).unwrap();
                released.await;
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(RELEASED)))
            }
        });
        let builder = auto::Builder::new(TokioExecutor::new());
        let mut serving = pin!(builder.serve_connection(connection, answer));
        tokio::select! {
            served = &mut serving => served.unwrap(),
            () = server.draining() => {
                serving.as_mut().graceful_shutdown();
                serving.await.unwrap();
            }
        }
    }
}

/// A request is under way when the server is drained.
async fn drain_amid_a_request(alpn: &str, version: Version) {
    let pki = Pki::new();
    let tls = server_tls(&pki).alpn([alpn]).build().unwrap();
    let mut server = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
    let (uri, handle) = (url(&server), server.handle());
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let slow = Slow { arrived, release: Default::default() };
    let (release, draining) = (slow.release.clone(), handle.clone());
    let accepting = tokio::spawn(async move {
        while let Some(accepted) = server.accept().await {
            tokio::spawn(slow.clone().serve(accepted.unwrap(), draining.clone()));
        }
    });

    let client = http(connector(&pki));
    let requested = tokio::spawn({
        let client = client.clone();
        let uri = uri.clone();
        async move { client.get(uri).await.unwrap() }
    });
    arrivals.recv().await.unwrap();
    let drained = tokio::spawn({
        let handle = handle.clone();
        async move { handle.drain(Duration::from_secs(60)).await }
    });
    accepting.await.unwrap();
    release.notify_one();

    let response = requested.await.unwrap();
    assert_eq!(response.version(), version);
    assert_eq!(text(response).await, RELEASED);
    let drained = drained.await.unwrap();
    assert_eq!((drained.ended, drained.closed, drained.held), (1, 0, 0));
    assert!(client.get(uri).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_drain_lets_a_request_over_http1_finish() {
    drain_amid_a_request("http/1.1", Version::HTTP_11).await;
}

#[tokio::test]
async fn a_drain_lets_a_request_over_http2_finish() {
    drain_amid_a_request("h2", Version::HTTP_2).await;
}

#[test]
fn the_example_speaks_both_versions_with_curl_and_drains_on_sigint() {
    let server = Program::start(example("hyper_server").arg("127.0.0.1:0"));
    let listening = server.listening();
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let Some(mut curl) = program("curl") else { return };
        let url = format!("http://{}/", authority(&listening));
        let greeting = Program::run(curl.args(["-sS", "--noproxy", "*", version, &url]), "");
        assert!(greeting.success().starts_with("Hello tcp://127.0.0.1:"));
    }
    server.signal(Signal::SIGINT);
    assert_eq!(server.wait().success(), "0 ended, 0 closed\n");
}
