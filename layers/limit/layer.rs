use tower_layer::Layer;

use super::{Limit, gate::Gate, place::Places, total::Total};
use crate::{Registry, layers::admission::Overflow, reconsider};

/// Limits how many connections are open. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct LimitLayer {
    places: Places,
    overflow: Overflow,
}

impl LimitLayer {
    /// At most `limit` open connections; one more is closed and yields or
    /// returns an error of kind
    /// [`LimitReached`](crate::ErrorKind::LimitReached). A limit of 0 turns
    /// everyone away.
    pub fn new(limit: usize) -> Self {
        Self::with(Total::new(limit))
    }

    /// Counts and lists connections, and lets everyone in, until there is a
    /// [limit](Self::set_limit).
    pub fn unlimited() -> Self {
        Self::with(Total::unlimited())
    }

    fn with(total: Total) -> Self {
        Self { places: Places::new(total), overflow: Overflow::default() }
    }

    /// What becomes of the connection that is one too many:
    /// [`Overflow::Close`] by default.
    ///
    /// A connector has nothing to close: it waits, or the call fails.
    #[must_use]
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.places.turning_away(overflow.into());
        self.overflow = overflow;
        self
    }

    /// [`Overflow::Wait`]: at the limit, a server accepts nothing and its
    /// clients stay in the kernel's queue, a service is not ready.
    ///
    /// A limit of 0 goes on turning everyone away.
    #[must_use]
    pub fn pause_on_limit(self) -> Self {
        self.overflow(Overflow::Wait)
    }

    /// At most `limit` open connections from one source: an IPv4 address, or
    /// the 64 bits that name an IPv6 network (RFC 4291 §2.5.1), within which
    /// a single host is free to choose. IPv4 addresses mapped into IPv6 count
    /// as IPv4. One more is closed even where the layer
    /// [waits](Overflow::Wait): who it is shows after accepting it.
    ///
    /// Peers over Unix sockets have no source and are exempt, and so are
    /// outgoing connections. At most 65,536 sources are counted at a time, a
    /// source only while it has a connection open; one more is turned away.
    #[must_use]
    pub fn per_source(mut self, limit: usize) -> Self {
        self.places.limiting_sources(limit);
        self
    }

    /// Changes the limit, at once and for all clones and whatever they wrap.
    ///
    /// Raising it wakes those who wait. Lowering it closes nothing: connections
    /// beyond the new limit stay, and no place is given again until as many of
    /// them are gone. `usize::MAX` is no limit.
    pub fn set_limit(&self, limit: usize) {
        self.places.total().set_limit(limit);
        if limit == 0 {
            reconsider::everyone();
        }
    }

    /// Changes how many open connections one source may have, at once, for all
    /// clones made since [`per_source`](Self::per_source) and whatever they
    /// wrap. Connections that are open stay; `usize::MAX` is no limit.
    ///
    /// Connections let in while there was no limit for each source do not count
    /// for their source.
    pub fn set_per_source(&self, limit: usize) {
        self.places.limit_sources(limit);
    }

    /// The connections counted now, in a view that stays current.
    pub fn connections(&self) -> &Registry {
        self.places.connections()
    }
}

impl<S> Layer<S> for LimitLayer {
    type Service = Limit<S>;

    fn layer(&self, inner: S) -> Limit<S> {
        Limit::new(inner, Gate::new(self.places.clone(), self.overflow == Overflow::Wait))
    }
}
