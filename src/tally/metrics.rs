//! The same for the `metrics` facade. Without that feature all of this is
//! empty.

#![cfg_attr(not(feature = "metrics"), expect(unused_variables, reason = "there is nobody to tell"))]

#[cfg(feature = "metrics")]
use std::sync::OnceLock;

#[cfg(feature = "metrics")]
use metrics::{Counter, Gauge, SharedString, counter, describe_counter, describe_gauge, gauge};

use crate::{Address, ErrorKind};

/// What changes with every connection is looked up once, in the recorder that
/// is installed when the first one comes.
#[derive(Default)]
pub(super) struct Metrics {
    #[cfg(feature = "metrics")]
    listener: SharedString,
    #[cfg(feature = "metrics")]
    handles: OnceLock<Handles>,
}

#[cfg(feature = "metrics")]
struct Handles {
    accepted: Counter,
    open: Gauge,
    handshaking: Gauge,
}

impl Metrics {
    pub(super) fn new(listener: &Address) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            listener: SharedString::from_shared(listener.to_string().into()),
            #[cfg(feature = "metrics")]
            handles: OnceLock::new(),
        }
    }

    pub(super) fn opened(&self) {
        #[cfg(feature = "metrics")]
        {
            self.handles().accepted.increment(1);
            self.handles().open.increment(1);
        }
    }

    pub(super) fn closed(&self) {
        #[cfg(feature = "metrics")]
        self.handles().open.decrement(1);
    }

    pub(super) fn handshake_began(&self) {
        #[cfg(feature = "metrics")]
        self.handles().handshaking.increment(1);
    }

    pub(super) fn handshake_ended(&self) {
        #[cfg(feature = "metrics")]
        self.handles().handshaking.decrement(1);
    }

    pub(super) fn failed(&self, kind: ErrorKind) {
        #[cfg(feature = "metrics")]
        {
            let listener = self.listener.clone();
            let counter = if kind.is_rejection() {
                counter!("tower_socket_rejected_total", "listener" => listener, "reason" => kind.name())
            } else {
                counter!("tower_socket_errors_total", "listener" => listener, "kind" => kind.name())
            };
            counter.increment(1);
        }
    }

    #[cfg(feature = "metrics")]
    fn handles(&self) -> &Handles {
        self.handles.get_or_init(|| {
            describe();
            let listener = || self.listener.clone();
            Handles {
                accepted: counter!("tower_socket_accepted_total", "listener" => listener()),
                open: gauge!("tower_socket_open", "listener" => listener()),
                handshaking: gauge!("tower_socket_handshaking", "listener" => listener()),
            }
        })
    }
}

#[cfg(feature = "metrics")]
fn describe() {
    describe_counter!("tower_socket_accepted_total", "Connections that were accepted.");
    describe_gauge!("tower_socket_open", "Connections that are open, in their handshake or after.");
    describe_gauge!("tower_socket_handshaking", "Connections in their handshake.");
    describe_counter!("tower_socket_rejected_total", "Connections that were turned away.");
    describe_counter!(
        "tower_socket_errors_total",
        "Connections that failed before they were yielded."
    );
}
