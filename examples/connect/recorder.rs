//! Keeps what the crate tells `tracing`.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::set_global_default,
};

#[derive(Clone)]
pub(crate) struct Recorder {
    began: Instant,
    told: bool,
    events: Arc<Mutex<Vec<Recorded>>>,
}

/// An event, and when it was.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) at: Duration,
    pub(crate) name: &'static str,
    fields: HashMap<&'static str, String>,
}

impl Recorder {
    /// Keeps everything from now on, and tells it on stderr if that is wanted.
    pub(crate) fn install(told: bool) -> Self {
        let recorder = Self { began: Instant::now(), told, events: Arc::default() };
        set_global_default(recorder.clone()).expect("nobody else records");
        recorder
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn events(&self) -> Vec<Recorded> {
        self.events.lock().unwrap().clone()
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tower_socket"
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let (at, name) = (self.elapsed(), event.metadata().name());
        if self.told {
            eprintln!("{:9.3} ms  {name}{}", at.as_secs_f64() * 1000.0, fields.text);
        }
        self.events.lock().unwrap().push(Recorded { at, name, fields: fields.values });
    }

    // There is one connect, so its span says nothing more.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Recorded {
    /// The text of a field, empty without it.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

#[derive(Default)]
struct Fields {
    values: HashMap<&'static str, String>,
    text: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            self.text += &format!(" {}={value:?}", field.name());
            self.values.insert(field.name(), format!("{value:?}"));
        }
    }
}
