//! What one listener has seen, and what of it is open.

mod metrics;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use self::metrics::Metrics;
use crate::{Address, ErrorKind, Registry, connection::ConnectionState};

/// Shared by a listener and the connections that came through it.
pub(crate) struct Tally {
    listener: Address,
    open: Registry,
    accepted: AtomicU64,
    handshaking: AtomicUsize,
    failed: [AtomicU64; ErrorKind::ALL.len()],
    metrics: Metrics,
}

impl Tally {
    pub(crate) fn new(listener: Address) -> Self {
        Self {
            metrics: Metrics::new(&listener),
            listener,
            open: Registry::new(),
            accepted: AtomicU64::new(0),
            handshaking: AtomicUsize::new(0),
            failed: Default::default(),
        }
    }

    pub(crate) fn listener(&self) -> &Address {
        &self.listener
    }

    pub(crate) fn open(&self) -> &Registry {
        &self.open
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(crate) fn handshaking(&self) -> usize {
        self.handshaking.load(Ordering::Relaxed)
    }

    /// Connections that were not to be.
    pub(crate) fn failed(&self, kind: ErrorKind) -> u64 {
        self.failed[kind as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn count_accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        self.metrics.opened();
    }

    pub(crate) fn count_failed(&self, kind: ErrorKind) {
        self.failed[kind as usize].fetch_add(1, Ordering::Relaxed);
        self.metrics.failed(kind);
    }

    /// A connection has come from one state to another.
    pub(crate) fn moved(&self, from: ConnectionState, to: ConnectionState) {
        use ConnectionState::{Closed, Handshaking};
        match (from == Handshaking, to == Handshaking) {
            (false, true) => {
                self.handshaking.fetch_add(1, Ordering::Relaxed);
                self.metrics.handshake_began();
            }
            (true, false) => {
                self.handshaking.fetch_sub(1, Ordering::Relaxed);
                self.metrics.handshake_ended();
            }
            _ => {}
        }
        if to == Closed && from != Closed {
            self.metrics.closed();
        }
    }
}
