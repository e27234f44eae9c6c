//! One address among others.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::Uri;
use tower::{
    Layer, Service,
    load::{
        Load, PendingRequests,
        completion::TrackCompletion,
        pending_requests::{Count, Handle},
    },
};
use tower_socket::{
    Connection, Connector, Error,
    layers::{FixedUriLayer, fixed_uri::FixedUri},
};

/// How long an address that has failed is the last choice.
const PENALTY: Duration = Duration::from_secs(5);

/// Connects to one address, whatever the URI says.
pub(crate) struct Endpoint {
    connector: PendingRequests<FixedUri<Connector>, WhileOpen>,
    failed: Arc<Mutex<Option<Instant>>>,
}

/// A request is over when its connection is.
#[derive(Clone, Copy, Debug)]
struct WhileOpen;

impl TrackCompletion<Handle, Connection> for WhileOpen {
    type Output = Connection;

    fn track_completion(&self, handle: Handle, mut connection: Connection) -> Connection {
        connection.hold(handle);
        connection
    }
}

impl Endpoint {
    pub(crate) fn new(address: Uri, connector: Connector) -> Result<Self, Error> {
        let connector = FixedUriLayer::new(address)?.layer(connector);
        Ok(Self { connector: PendingRequests::new(connector, WhileOpen), failed: Arc::default() })
    }

    fn has_just_failed(&self) -> bool {
        let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|at| at.elapsed() < PENALTY)
    }
}

/// The lesser load is taken: an address that works, with the fewest open
/// connections. By that number alone one that refuses would take them all.
impl Load for Endpoint {
    type Metric = (bool, Count);

    fn load(&self) -> Self::Metric {
        (self.has_just_failed(), self.connector.load())
    }
}

impl Service<Uri> for Endpoint {
    type Response = Connection;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.connector.call(uri);
        let failed = self.failed.clone();
        Box::pin(async move {
            let result = connecting.await;
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            *failed = result.is_err().then(Instant::now);
            result
        })
    }
}
