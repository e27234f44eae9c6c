#[cfg(feature = "reqwest-0_13")]
use std::net::SocketAddr;
use std::{fmt, sync::Arc, time::Duration};

use tower_layer::Layer;

#[cfg(feature = "reqwest-0_13")]
use super::addresses::addresses;
use super::{
    Dns, DnsResolver, HappyEyeballs, Nat64Prefix, Resolve,
    nat64::Nat64,
    order::{Source, address_towards},
};
#[cfg(feature = "reqwest-0_13")]
use super::{candidates::Candidates, lookups::Lookups};
#[cfg(feature = "reqwest-0_13")]
use crate::Error;

/// Resolves host names for the connector below. See the [module](super) for
/// details.
#[derive(Clone)]
pub struct DnsLayer {
    resolver: Arc<dyn Resolve>,
    nat64: Nat64,
    pub(super) options: Options,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) single: bool,
    pub(super) race: HappyEyeballs,
    pub(super) lookup_timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) source: Source,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            single: false,
            race: HappyEyeballs::new(),
            lookup_timeout: None,
            attempt_timeout: None,
            source: address_towards,
        }
    }
}

impl DnsLayer {
    /// Asks what the system is configured to ask: [`DnsResolver::system`].
    pub fn system() -> Self {
        Self::new(DnsResolver::system())
    }

    /// Asks this resolver. An `Arc` of one shares its cache with other layers.
    pub fn new(resolver: impl Resolve) -> Self {
        let (nat64, options) = (Nat64::Off, Options::default());
        Self { resolver: Arc::new(resolver), nat64, options }
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

    /// Reaches IPv4 addresses behind this prefix where the host has no IPv4
    /// route to them: those in A records, and those that stand in a URI. Off by
    /// default. See [`Nat64Prefix`] and the [module](super).
    pub fn nat64_prefix(mut self, prefix: Nat64Prefix) -> Self {
        self.nat64 = Nat64::Prefix(prefix);
        self
    }

    /// The same with the prefix of the network, learnt from its name servers
    /// (RFC 7050). Off by default.
    ///
    /// `ipv4only.arpa` is looked up beside a name, and only on a host without
    /// a way out over IPv4; an address in a URI uses what is known by then. The
    /// prefix is asked for again when its time to live is over, after ten
    /// minutes at the latest, and where nothing was found after a minute or as
    /// long as the answer says. Clones of this layer share it.
    pub fn discover_nat64(mut self) -> Self {
        self.nat64 = Nat64::Discovery(Arc::default());
        self
    }

    /// All addresses of a name, for a client that connects in its own way.
    #[cfg(feature = "reqwest-0_13")]
    pub(crate) fn addresses(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Vec<SocketAddr>, Error>> + use<> {
        let (resolver, nat64) = (self.resolver.clone(), self.nat64.clone());
        let lookups = Lookups::new(resolver, name.into(), nat64, &self.options);
        // Whoever gets the addresses sets the port.
        let candidates = Candidates::new(0, &self.options).with_nat64(self.nat64.prefix());
        addresses(lookups, candidates)
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
        Dns::new(inner, self.resolver.clone(), self.nat64.clone(), self.options)
    }
}

impl fmt::Debug for DnsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsLayer")
            .field("nat64", &self.nat64)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
