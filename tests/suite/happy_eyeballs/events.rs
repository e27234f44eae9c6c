//! What is told about a race.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
};

use tokio::time::Instant;
use tower_socket::layers::dns::Records;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

use super::scene::{A, AAAA, Scene};
use crate::support::subscribe;

/// A line for each event, behind the milliseconds since the beginning.
#[derive(Clone)]
struct Collector {
    began: Instant,
    lines: Arc<Mutex<Vec<String>>>,
    depth: Arc<Mutex<usize>>,
}

impl Collector {
    /// Collects what this thread does.
    fn install() -> (Self, DefaultGuard) {
        let collector =
            Self { began: Instant::now(), lines: Arc::default(), depth: Arc::default() };
        let guard = subscribe(collector.clone());
        (collector, guard)
    }

    fn push(&self, line: &Line) {
        let at = self.began.elapsed().as_millis();
        self.lines.lock().unwrap().push(format!("{at} {}", line.0));
    }

    #[track_caller]
    fn assert(&self, lines: &[&str]) {
        assert_eq!(*self.lines.lock().unwrap(), lines);
        assert_eq!(*self.depth.lock().unwrap(), 0, "spans that are entered");
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tower_socket"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(span.metadata().name().to_owned());
        span.record(&mut line);
        self.push(&line);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        assert!(*self.depth.lock().unwrap() > 0, "an event outside of its span");
        let mut line = Line(event.metadata().name().to_owned());
        event.record(&mut line);
        self.push(&line);
    }

    fn enter(&self, _: &Id) {
        *self.depth.lock().unwrap() += 1;
    }

    fn exit(&self, _: &Id) {
        *self.depth.lock().unwrap() -= 1;
    }
}

struct Line(String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_race_tells_what_it_does_in_order() {
    let (collector, _guard) = Collector::install();
    let scene = Scene::new().v6(3, &AAAA[..1]).v4(1, &A[..1]);
    scene.silent(AAAA[0]).connects(A[0], 20).run().await.assert_won(A[0], 273);
    collector.assert(&[
        "0 connect uri=tcp://example.com:80",
        "0 dns_query_started hostname=example.com qtypes=AAAA",
        "0 dns_query_started hostname=example.com qtypes=A",
        "1 dns_query_finished hostname=example.com qtypes=A answer_type=positive \
         results=192.0.2.1 duration_ms=1",
        "3 dns_query_finished hostname=example.com qtypes=AAAA answer_type=positive \
         results=2001:db8::1 duration_ms=3",
        "3 candidates_sorted candidates=[2001:db8::1]:80,192.0.2.1:80",
        "3 attempt_scheduled target=[2001:db8::1]:80 scheduled_after_ms=3 reason=dns_completed",
        "3 attempt_started target=[2001:db8::1]:80",
        "253 attempt_scheduled target=192.0.2.1:80 scheduled_after_ms=250 reason=policy_timer",
        "253 attempt_started target=192.0.2.1:80",
        "273 attempt_outcome target=192.0.2.1:80 result=success connect_duration_ms=20",
        "273 connection_selected target=192.0.2.1:80",
        "273 attempt_outcome target=[2001:db8::1]:80 result=canceled connect_duration_ms=270",
    ]);
}

#[tokio::test(start_paused = true)]
async fn late_answers_and_failures_are_told() {
    let (collector, _guard) = Collector::install();
    let scene = Scene::new().v6(60, &AAAA[..1]).v4(0, &A[..1]).fails(A[0], 40);
    let error = scene.run().await.result.unwrap_err().to_string();
    collector.assert(&[
        "0 connect uri=tcp://example.com:80",
        "0 dns_query_started hostname=example.com qtypes=AAAA",
        "0 dns_query_started hostname=example.com qtypes=A",
        "0 dns_query_finished hostname=example.com qtypes=A answer_type=positive \
         results=192.0.2.1 duration_ms=0",
        "50 candidates_sorted candidates=192.0.2.1:80",
        "50 attempt_scheduled target=192.0.2.1:80 scheduled_after_ms=50 \
         reason=resolution_delay_expired",
        "50 attempt_started target=192.0.2.1:80",
        "60 dns_query_finished hostname=example.com qtypes=AAAA answer_type=positive \
         results=2001:db8::1 duration_ms=60",
        "60 candidates_resorted reason=new_addresses new_order=[2001:db8::1]:80",
        "90 attempt_outcome target=192.0.2.1:80 result=failure error_code=ECONNREFUSED \
         error_message=connection to tcp://192.0.2.1:80 failed: connection refused (ECONNREFUSED) \
         connect_duration_ms=40",
        "90 attempt_scheduled target=[2001:db8::1]:80 scheduled_after_ms=40 reason=attempt_failed",
        "90 attempt_started target=[2001:db8::1]:80",
        "90 attempt_outcome target=[2001:db8::1]:80 result=failure error_code=ECONNREFUSED \
         error_message=connection to tcp://[2001:db8::1]:80 failed: connection refused \
         (ECONNREFUSED) connect_duration_ms=0",
        &format!("90 connection_aborted reason={error}"),
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_name_without_addresses_has_lookups_only() {
    let (collector, _guard) = Collector::install();
    let scene = Scene::new().lookup_fails(Records::A, 5, "DNS4 error");
    let error = scene.run().await.result.unwrap_err().to_string();
    collector.assert(&[
        "0 connect uri=tcp://example.com:80",
        "0 dns_query_started hostname=example.com qtypes=AAAA",
        "0 dns_query_started hostname=example.com qtypes=A",
        "0 dns_query_finished hostname=example.com qtypes=AAAA answer_type=negative results= \
         duration_ms=0",
        "5 dns_query_finished hostname=example.com qtypes=A answer_type=error \
         error_message=DNS4 error duration_ms=5",
        &format!("5 connection_aborted reason={error}"),
    ]);
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_is_told_as_canceled() {
    let (collector, _guard) = Collector::install();
    let mut call = Scene::new().v6(0, &AAAA[..1]).silent(AAAA[0]).call();
    assert!(call.poll().is_pending());
    drop(call);
    let last = collector.lines.lock().unwrap().pop().unwrap();
    assert_eq!(
        last,
        "0 attempt_outcome target=[2001:db8::1]:80 result=canceled connect_duration_ms=0"
    );
}
