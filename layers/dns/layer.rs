use std::{fmt, sync::Arc, time::Duration};

use tower_layer::Layer;

use super::{Dns, DnsResolver, HappyEyeballs, Resolve};

/// Resolves host names for the connector below. See the [module](super) for
/// details.
#[derive(Clone)]
pub struct DnsLayer {
    resolver: Arc<dyn Resolve>,
    options: Options,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) single: bool,
    pub(super) race: HappyEyeballs,
    pub(super) lookup_timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
}

impl DnsLayer {
    /// Asks what the system is configured to ask: [`DnsResolver::system`].
    pub fn system() -> Self {
        Self::new(DnsResolver::system())
    }

    /// Asks this resolver. An `Arc` of one shares its cache with other layers.
    pub fn new(resolver: impl Resolve) -> Self {
        Self { resolver: Arc::new(resolver), options: Options::default() }
    }

    /// Tries a single address: one of the name's IPv4 addresses, picked at
    /// random. IPv6 addresses are not asked for, and nothing else is tried
    /// when that address fails. Off by default.
    pub fn single(mut self) -> Self {
        self.options.single = true;
        self
    }

    /// How the addresses race, [`HappyEyeballs::new`] by default.
    pub fn happy_eyeballs(mut self, race: HappyEyeballs) -> Self {
        self.options.race = race;
        self
    }

    /// The time for the lookups, counted from the first poll. At the deadline
    /// unanswered lookups are dropped; without any address until then the call
    /// fails as a timeout. No deadline by default: the resolver has its own.
    pub fn lookup_timeout(mut self, timeout: Duration) -> Self {
        self.options.lookup_timeout = Some(timeout);
        self
    }

    /// The time for each address of a name, counted from when it is tried. A
    /// URI with an IP address passes without. No deadline by default: an
    /// attempt goes on beside those that start later, until one connects.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }
}

/// [`DnsLayer::new`].
impl<R: Resolve> From<R> for DnsLayer {
    fn from(resolver: R) -> Self {
        Self::new(resolver)
    }
}

impl<S> Layer<S> for DnsLayer {
    type Service = Dns<S>;

    fn layer(&self, inner: S) -> Dns<S> {
        Dns::new(inner, self.resolver.clone(), self.options)
    }
}

impl fmt::Debug for DnsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsLayer").field("options", &self.options).finish_non_exhaustive()
    }
}
