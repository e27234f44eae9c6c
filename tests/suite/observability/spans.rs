use std::{
    fmt::{self, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::io::AsyncWriteExt;
use tower_socket::Incoming;
use tracing::{
    Event, Instrument, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

use super::greeted;
use crate::support::{connect, pair_at, subscribe, tcp_server, uri_of};

/// Notes each span with its fields, and each event behind the number of the
/// span it happens in.
#[derive(Clone, Default)]
struct Collector {
    lines: Arc<Mutex<Vec<String>>>,
    entered: Arc<Mutex<Vec<u64>>>,
    spans: Arc<AtomicU64>,
}

impl Collector {
    /// Collects what this thread does.
    fn install() -> (Self, DefaultGuard) {
        let collector = Self::default();
        let guard = subscribe(collector.clone());
        (collector, guard)
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tower_socket" || metadata.target() == "handler"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let number = self.spans.fetch_add(1, Ordering::SeqCst) + 1;
        let mut line = Line(format!("{number}: {}", span.metadata().name()));
        span.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
        Id::from_u64(number)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let within = self.entered.lock().unwrap().last().copied().unwrap_or_default();
        let mut line = Line(format!("{within}: {}", event.metadata().name()));
        event.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }

    fn enter(&self, id: &Id) {
        self.entered.lock().unwrap().push(id.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.entered.lock().unwrap().pop();
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" && field.name() != "duration_ms" {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}

#[tokio::test]
async fn each_connection_has_a_span_that_its_handler_enters() {
    let (collector, _guard) = Collector::install();
    let mut server = tcp_server().await;
    let (client, connection) = pair_at(&mut server).await;
    let handler = async { tracing::info!(name: "handled", target: "handler", "handled") };
    handler.instrument(connection.info().span()).await;

    let (id, peer) = (connection.info().id(), client.local_address().unwrap());
    let listener = server.handle().address().unwrap();
    assert_eq!(
        collector.lines(),
        [format!("1: connection id={id} peer={peer} listener={listener}"), "1: handled".to_owned()]
    );
    assert!(client.info().span().is_none());
}

#[tokio::test]
async fn a_handshake_runs_in_the_span_and_its_end_is_told() {
    let (collector, _guard) = Collector::install();
    let mut server = greeted(9).await;
    for word in [1, 0] {
        connect(uri_of(&server)).await.write_u8(word).await.unwrap();
        let _ = server.accept().await.unwrap();
    }
    let lines = collector.lines();
    assert!(lines[0].starts_with("1: connection id="), "{lines:?}");
    assert_eq!(lines[1], "1: handshake_complete");
    assert!(lines[2].starts_with("2: connection id="), "{lines:?}");
    assert!(
        lines[3].starts_with("2: connection_failed kind=\"handshake\" error_message="),
        "{lines:?}"
    );
    assert!(lines[3].ends_with(" failed during handshake: not polite"), "{lines:?}");
    assert_eq!(lines.len(), 4, "{lines:?}");
}
