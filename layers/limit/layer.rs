use tower_layer::Layer;

use super::{Limit, gate::Gate, place::Places};
use crate::Registry;

/// Limits how many connections are open. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct LimitLayer {
    places: Places,
    pauses: bool,
}

impl LimitLayer {
    /// At most `limit` open connections; one more is closed and yields or
    /// returns an error of kind
    /// [`LimitReached`](crate::ErrorKind::LimitReached). A limit of 0 turns
    /// everyone away.
    pub fn new(limit: usize) -> Self {
        Self { places: Places::new(limit), pauses: false }
    }

    /// Counts and lists connections, and lets everyone in.
    pub fn unlimited() -> Self {
        Self { places: Places::unlimited(), pauses: false }
    }

    /// At the limit, waits instead of turning away: a server accepts nothing
    /// and its clients stay in the kernel's queue, a service is not ready.
    ///
    /// A limit of 0 goes on turning everyone away.
    #[must_use]
    pub fn pause_on_limit(mut self) -> Self {
        self.pauses = true;
        self
    }

    /// At most `limit` open connections from one source: an IPv4 address, or
    /// the 64 bits that name an IPv6 network (RFC 4291 §2.5.1), within which
    /// a single host is free to choose. IPv4 addresses mapped into IPv6 count
    /// as IPv4. One more is closed even with
    /// [`pause_on_limit`](Self::pause_on_limit): who it is shows after
    /// accepting it.
    ///
    /// Peers over Unix sockets have no source and are exempt, and so are
    /// outgoing connections. At most 65,536 sources are counted at a time, a
    /// source only while it has a connection open; one more is turned away.
    #[must_use]
    pub fn per_source(mut self, limit: usize) -> Self {
        self.places.limit_sources(limit);
        self
    }

    /// The connections counted now, in a view that stays current.
    pub fn connections(&self) -> &Registry {
        self.places.connections()
    }
}

impl<S> Layer<S> for LimitLayer {
    type Service = Limit<S>;

    fn layer(&self, inner: S) -> Limit<S> {
        Limit::new(inner, Gate::new(self.places.clone(), self.pauses))
    }
}
