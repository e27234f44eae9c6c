use tower_layer::Layer;

use super::{AcceptRate, Rate, gate::Gate, rates::Rates};
use crate::{layers::admission::Overflow, reconsider};

/// Lets connections in at a rate. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct AcceptRateLayer {
    rates: Rates,
    overflow: Overflow,
}

impl AcceptRateLayer {
    /// Lets in so many of all; one that comes too early is closed, and yields
    /// or returns an error of kind
    /// [`RateLimited`](crate::ErrorKind::RateLimited). A rate of 0 turns
    /// everyone away.
    ///
    /// The layer belongs to tokio's clock; [`Overflow::Wait`] needs a runtime
    /// with its timer on.
    pub fn new(rate: Rate) -> Self {
        Self::with(Some(rate))
    }

    /// Lets in everyone, until there is a rate: for what comes from
    /// [one source](Self::per_source), or [for all](Self::set_rate).
    pub fn unlimited() -> Self {
        Self::with(None)
    }

    fn with(rate: Option<Rate>) -> Self {
        Self { rates: Rates::new(rate), overflow: Overflow::default() }
    }

    /// What becomes of the connection that comes too early:
    /// [`Overflow::Close`] by default.
    #[must_use]
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.rates.turning_away(overflow.into());
        self.overflow = overflow;
        self
    }

    /// Lets in so many from one source as well, as
    /// [`LimitLayer::per_source`](crate::layers::LimitLayer::per_source) tells
    /// them apart. One that comes too early is closed even where the layer
    /// [waits](Overflow::Wait): who it is shows after accepting it.
    ///
    /// Peers over Unix sockets have no source and are exempt. The 65,536 sources
    /// that came last are known; one more takes the place of the one that did
    /// not come for the longest time.
    #[must_use]
    pub fn per_source(mut self, rate: Rate) -> Self {
        self.rates.limiting_sources(rate);
        self
    }

    /// Changes the rate of all, or takes it away, at once and for all clones and
    /// whatever they wrap. The new one begins with a whole burst. Those who wait
    /// are woken.
    pub fn set_rate(&self, rate: impl Into<Option<Rate>>) {
        self.rates.set_total(rate.into());
        reconsider::everyone();
    }

    /// Changes the rate of each source, or takes it away, at once and for all
    /// clones made since [`per_source`](Self::per_source) and whatever they
    /// wrap. The new one begins with a whole burst.
    pub fn set_per_source(&self, rate: impl Into<Option<Rate>>) {
        self.rates.set_per_source(rate.into());
    }
}

impl<S> Layer<S> for AcceptRateLayer {
    type Service = AcceptRate<S>;

    fn layer(&self, inner: S) -> AcceptRate<S> {
        AcceptRate::new(inner, Gate::new(self.rates.clone(), self.overflow == Overflow::Wait))
    }
}
