//! A connector that notes what it is asked for.

use std::{
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use http::Uri;
use tower::Service;
use tower_socket::{Connection, Error};

/// Clones are one connector. What it connects to is a pipe with nobody at the
/// other end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Service<Uri> for Recorder {
    type Response = Connection;
    type Error = Error;
    type Future = Ready<Result<Connection, Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.0.lock().unwrap().push(uri.to_string());
        ready(Ok(tokio::io::duplex(64).0.into()))
    }
}
