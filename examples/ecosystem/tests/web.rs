//! What several subjects need to speak HTTP.

use std::{
    env,
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Response, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming as Body;
use hyper_util::{
    client::legacy::{Client, connect::Connect},
    rt::TokioExecutor,
};
use tower_socket::{
    ConnectionInfo, Connector, Incoming,
    layers::tls::{ClientTls, ClientTlsBuilder, Identity, Roots, ServerTls, ServerTlsBuilder},
};

use crate::support::Pki;

pub(crate) type Http<C> = Client<C, Empty<Bytes>>;

pub(crate) fn http<C: Connect + Clone>(connector: C) -> Http<C> {
    Client::builder(TokioExecutor::new()).build(connector)
}

/// Trusts the root of a test.
pub(crate) fn client_tls(pki: &Pki) -> ClientTlsBuilder {
    ClientTls::builder().roots(Roots::none().pem_file(&pki.root))
}

pub(crate) fn server_tls(pki: &Pki) -> ServerTlsBuilder {
    ServerTls::builder().identity(Identity::pem_file(&pki.server))
}

/// Speaks HTTP/2 where the server does.
pub(crate) fn connector(pki: &Pki) -> Connector {
    let tls = client_tls(pki).alpn(["h2", "http/1.1"]).build().unwrap();
    Connector::builder().tls(tls).build()
}

/// Where a server of ours is, as a browser calls it.
pub(crate) fn url(server: &impl Incoming) -> Uri {
    let address = server.handle().address().unwrap().to_string();
    address.replace("tcp://", "http://").replace("tls://", "https://").parse().unwrap()
}

pub(crate) fn info(response: &Response<Body>) -> ConnectionInfo {
    response.extensions().get::<ConnectionInfo>().unwrap().clone()
}

pub(crate) async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// One of the example programs: cargo builds them before it runs the tests.
pub(crate) fn example(name: &str) -> Command {
    let test = env::current_exe().unwrap();
    let path: PathBuf = test.ancestors().nth(2).unwrap().join(name);
    assert!(path.exists(), "{} is missing", path.display());
    Command::new(path)
}

/// What was seen, by whoever sees it.
#[derive(Clone, Debug)]
pub(crate) struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T: Clone> Seen<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn push(&self, value: T) {
        self.0.lock().unwrap().push(value);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.0.lock().unwrap().clone()
    }
}
