use std::{
    future::{Ready, ready},
    sync::Arc,
};

use http::Uri;
use tower::{
    ServiceBuilder, ServiceExt,
    retry::{Policy, RetryLayer},
};
use tower_socket::{Connection, Error, ErrorKind, TcpConnector};

use super::uri;
use crate::support::Reserved;

/// Connects again to what was refused. Before the last time a server begins to
/// listen there.
#[derive(Clone, Debug)]
struct Patient {
    port: Arc<Reserved>,
    left: usize,
}

impl Policy<Uri, Connection, Error> for Patient {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut Uri, result: &mut Result<Connection, Error>) -> Option<Ready<()>> {
        let error = result.as_ref().err()?;
        let refused = error.kind() == ErrorKind::Connect && error.raw_os_error() == Some(111);
        self.left = self.left.checked_sub(1).filter(|_| refused)?;
        if self.left == 0 {
            self.port.listen();
        }
        Some(ready(()))
    }

    fn clone_request(&mut self, uri: &Uri) -> Option<Uri> {
        Some(uri.clone())
    }
}

fn patient(retries: usize) -> (Arc<Reserved>, RetryLayer<Patient>) {
    let port = Arc::new(Reserved::new());
    (port.clone(), RetryLayer::new(Patient { port, left: retries }))
}

#[tokio::test]
async fn a_refused_connect_is_retried_until_somebody_listens() {
    let (port, layer) = patient(3);
    let connector = ServiceBuilder::new().layer(layer).service(TcpConnector::new());
    let connection = connector.oneshot(uri(port.address())).await.unwrap();
    assert_eq!(connection.peer_address(), Some(port.address().into()));
}

#[tokio::test]
async fn a_callers_mistake_is_not_retried() {
    let (port, layer) = patient(1);
    let connector = ServiceBuilder::new().layer(layer).service(TcpConnector::new());
    let error =
        connector.clone().oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap_err();
    assert!(error.is_invalid_input());

    let refused = TcpConnector::new().oneshot(uri(port.address())).await.unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(111), "nobody was told to listen");
}
