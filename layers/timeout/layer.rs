use std::time::Duration;

use tower_layer::Layer;

use super::Timeout;

/// Puts a deadline on every connection attempt below. See the
/// [module](super) for details.
#[derive(Clone, Copy, Debug)]
pub struct TimeoutLayer {
    duration: Duration,
}

impl TimeoutLayer {
    /// Gives each call this long, counted from the first poll of its future,
    /// with the timer's resolution of a millisecond. The time until the
    /// service below is ready for a call is not counted. With
    /// [`Duration::MAX`] there is no deadline, and no timer.
    pub const fn new(duration: Duration) -> Self {
        Self { duration }
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout::new(inner, self.duration)
    }
}
