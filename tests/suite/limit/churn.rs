//! Exactness: never more than the limit, every place freed exactly once,
//! whatever becomes of the handlers.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    task::{JoinSet, yield_now},
};
use tower::{Service, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Connection, ConnectionInfo, Error,
    layers::{LimitLayer, Overflow},
};

const CONNECTIONS: usize = 100_000;
const LIMIT: usize = 16;

/// How many descriptors are open, and the most there ever were.
#[derive(Clone, Default)]
struct Gauge(Arc<(AtomicUsize, AtomicUsize)>);

struct Descriptor(Gauge);

impl Gauge {
    fn open(&self) -> Connection {
        let open = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.1.fetch_max(open, Ordering::SeqCst);
        Connection::new(Descriptor(self.clone()), ConnectionInfo::new(None))
    }

    fn now(&self) -> usize {
        self.0.0.load(Ordering::SeqCst)
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        self.0.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl AsyncRead for Descriptor {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Descriptor {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Handlers that finish, panic, split, or go on until they are cancelled.
async fn handle(connection: Connection) -> Result<(), Infallible> {
    yield_now().await;
    match connection.info().id() % 4 {
        0 => drop(connection),
        1 => std::panic::resume_unwind(Box::new("a handler's mistake")),
        2 => {
            let (reader, writer) = connection.into_split();
            drop(writer);
            yield_now().await;
            drop(reader);
        }
        _ => std::future::pending().await,
    }
    Ok(())
}

/// Cancels every fourth at some point of its life.
fn spawn<F>(tasks: &mut JoinSet<()>, nth: u64, handler: F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let task = tasks.spawn(handler);
    if nth % 4 == 3 {
        tokio::spawn(async move {
            for _ in 0..nth % 3 {
                yield_now().await;
            }
            task.abort();
        });
    }
}

/// Every place can be taken again.
async fn assert_all_free(layer: &LimitLayer) {
    assert!(layer.connections().is_empty());
    assert_eq!(taken(layer).await, LIMIT);
}

/// How many places there are.
async fn taken(layer: &LimitLayer) -> usize {
    let gauge = Gauge::default();
    let below = stream::repeat_with(|| Ok::<_, Error>(gauge.open()));
    let turning_away = layer.clone().overflow(Overflow::Close);
    let items: Vec<_> = turning_away.layer(below).take(LIMIT + 1).collect().await;
    items.iter().filter(|item| item.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pausing_server_never_opens_more_than_the_limit() {
    let (gauge, layer) = (Gauge::default(), LimitLayer::new(LIMIT));
    let below = stream::repeat_with(|| Ok::<_, Error>(gauge.open())).take(CONNECTIONS);
    let mut server = layer.clone().pause_on_limit().layer(below);
    let mut tasks = JoinSet::new();
    while let Some(connection) = server.next().await {
        let connection = connection.unwrap();
        let nth = connection.info().id();
        spawn(&mut tasks, nth, async { handle(connection).await.unwrap() });
    }
    while tasks.join_next().await.is_some() {}
    assert_eq!(gauge.now(), 0);
    assert!(gauge.most() <= LIMIT);
    assert_all_free(&layer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_turns_away_counts_exactly() {
    let (gauge, layer) = (Gauge::default(), LimitLayer::new(LIMIT));
    let mut handler = layer.layer(service_fn(handle));
    let (mut tasks, refused) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..CONNECTIONS {
        let connection = gauge.open();
        let nth = connection.info().id();
        let (handling, refused) = (handler.call(connection), refused.clone());
        assert!(gauge.now() <= LIMIT, "one too many is closed at once");
        spawn(&mut tasks, nth, async move {
            if handling.await.is_err() {
                refused.fetch_add(1, Ordering::SeqCst);
            }
        });
        yield_now().await;
    }
    while tasks.join_next().await.is_some() {}
    assert_eq!(gauge.now(), 0);
    assert!(refused.load(Ordering::SeqCst) < CONNECTIONS);
    assert_all_free(&layer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_changes_all_the_time_is_never_exceeded_and_loses_no_place() {
    let (gauge, layer) = (Gauge::default(), LimitLayer::new(LIMIT).pause_on_limit());
    let below = stream::repeat_with(|| Ok::<_, Error>(gauge.open())).take(CONNECTIONS);
    let mut server = layer.layer(below);
    let changes = tokio::spawn({
        let layer = layer.clone();
        async move {
            for limit in (1..=LIMIT).cycle() {
                layer.set_limit(limit);
                yield_now().await;
            }
        }
    });
    let mut tasks = JoinSet::new();
    while let Some(connection) = server.next().await {
        let connection = connection.unwrap();
        let nth = connection.info().id();
        spawn(&mut tasks, nth, async { handle(connection).await.unwrap() });
    }
    changes.abort();
    assert!(changes.await.unwrap_err().is_cancelled());
    while tasks.join_next().await.is_some() {}
    assert!(gauge.most() <= LIMIT);
    for limit in [1, LIMIT] {
        layer.set_limit(limit);
        assert_eq!(taken(&layer).await, limit);
    }
}
