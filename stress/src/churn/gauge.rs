//! How many are open, counted beside the limit.

use std::{
    array,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tower_socket::{Connection, Registry};

use super::clients::{SOURCES, source};

/// Of all, of each source, and in the limit's own list.
#[derive(Clone, Debug)]
pub(super) struct Gauges {
    all: Gauge,
    sources: [Gauge; SOURCES],
    list: Registry,
    listed: Arc<AtomicUsize>,
}

/// How many there are now, and the most there ever were.
#[derive(Clone, Debug, Default)]
struct Gauge(Arc<(AtomicUsize, AtomicUsize)>);

/// One that is open.
#[derive(Debug)]
struct Open(Gauge);

/// A connection that counts until just before it is closed.
#[derive(Debug)]
pub(super) struct Counted {
    _open: [Open; 2],
    pub(super) connection: Connection,
}

impl Gauges {
    pub(super) fn new(list: Registry) -> Self {
        let sources = array::from_fn(|_| Gauge::default());
        Self { all: Gauge::default(), sources, list, listed: Arc::default() }
    }

    pub(super) fn count(&self, connection: Connection) -> Counted {
        let ip = connection.peer_address().and_then(|peer| peer.ip());
        let source = ip.and_then(|ip| self.source(ip)).expect("clients come from one of them");
        let open = [self.all.enter(), source.enter()];
        self.listed.fetch_max(self.list.len(), Ordering::SeqCst);
        Counted { _open: open, connection }
    }

    fn source(&self, ip: IpAddr) -> Option<&Gauge> {
        (0..SOURCES).find(|number| source(*number) == ip).map(|number| &self.sources[number])
    }

    pub(super) fn now(&self) -> usize {
        self.all.0.0.load(Ordering::SeqCst)
    }

    pub(super) fn most(&self) -> usize {
        self.all.most()
    }

    pub(super) fn most_from_one(&self) -> usize {
        self.sources.iter().map(Gauge::most).max().unwrap_or_default()
    }

    pub(super) fn most_listed(&self) -> usize {
        self.listed.load(Ordering::SeqCst)
    }
}

impl Gauge {
    fn enter(&self) -> Open {
        let now = self.0.0.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.1.fetch_max(now, Ordering::SeqCst);
        Open(self.clone())
    }

    fn most(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
