use std::time::Duration;

use tower_layer::Layer;

use super::{Lifetime, rule::Rule, sweep::Sweep};

/// Closes connections that are silent. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct IdleTimeoutLayer {
    sweep: Sweep,
}

impl IdleTimeoutLayer {
    /// Closes a connection when nothing was sent or received for this long, and
    /// at most an eighth of it longer. With [`Duration::MAX`] it may be silent
    /// for ever.
    pub fn new(duration: Duration) -> Self {
        Self { sweep: Sweep::new(Rule::Idle(duration)) }
    }
}

impl<S> Layer<S> for IdleTimeoutLayer {
    type Service = Lifetime<S>;

    fn layer(&self, inner: S) -> Lifetime<S> {
        Lifetime::new(inner, self.sweep.clone())
    }
}

/// Closes connections that are old. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct MaxAgeLayer {
    sweep: Sweep,
}

impl MaxAgeLayer {
    /// Closes a connection when it was opened this long ago, and at most an
    /// eighth of it longer, whatever it does then. With [`Duration::MAX`] it may
    /// stay for ever.
    ///
    /// Its age is counted from accept or connect on, handshakes included.
    pub fn new(duration: Duration) -> Self {
        Self { sweep: Sweep::new(Rule::Age(duration)) }
    }
}

impl<S> Layer<S> for MaxAgeLayer {
    type Service = Lifetime<S>;

    fn layer(&self, inner: S) -> Lifetime<S> {
        Lifetime::new(inner, self.sweep.clone())
    }
}
