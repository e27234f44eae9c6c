//! How long connections may be silent, and how long they may stay.

mod age;
mod idle;
mod sides;
mod sweep;

use std::{io, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use tokio::{
    io::{DuplexStream, duplex},
    time::Instant,
};
use tower_layer::Layer;
use tower_socket::{Connection, Error, layers::lifetime::Lifetime};

const SECOND: Duration = Duration::from_secs(1);

/// A connection that comes through the layer, and its other end.
async fn through<L>(layer: &L) -> (Connection, DuplexStream)
where
    L: Layer<Accepting, Service = Lifetime<Accepting>>,
{
    let (near, far) = duplex(64);
    let server: Accepting = Box::pin(stream::iter([Ok(Connection::from(near))]));
    (layer.layer(server).next().await.unwrap().unwrap(), far)
}

type Accepting = std::pin::Pin<Box<dyn Stream<Item = Result<Connection, Error>> + Send>>;

fn assert_closed(error: &io::Error, reason: &str) {
    assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    assert_eq!(error.to_string(), format!("connection was closed: {reason}"));
}

/// Between a duration and an eighth more, with the timer's own milliseconds.
fn assert_passed(since: Instant, duration: Duration) {
    let elapsed = since.elapsed();
    let most = duration + duration / 8 + Duration::from_millis(10);
    assert!(duration <= elapsed && elapsed <= most, "{elapsed:?}");
}
