use tower_layer::Layer;

use super::Handshake;
use crate::descriptors;

const MOST: usize = 512;

/// Runs a service on every accepted connection. See the [module](super) for
/// details.
#[derive(Clone, Debug)]
pub struct HandshakeLayer<T> {
    service: T,
    slots: usize,
    phase: &'static str,
}

impl<T> HandshakeLayer<T> {
    /// Runs a clone of `service`, once it is ready, on each connection.
    ///
    /// Put tower's `TimeoutLayer` over the service to end handshakes that take
    /// too long; without it the slots alone do.
    pub fn new(service: T) -> Self {
        Self { service, slots: descriptors::at_most(MOST), phase: "handshake" }
    }

    /// How many handshakes run at once, with those done and not yet taken from
    /// the stream. When one more client comes, the oldest makes room.
    ///
    /// 512 by default, but at most a quarter of the descriptors this process
    /// may open (`RLIMIT_NOFILE`, getrlimit(2), read when the layer is made).
    /// There is always one slot: 0 means 1.
    pub fn slots(mut self, slots: usize) -> Self {
        self.slots = slots.max(1);
        self
    }

    /// What the error of a passed deadline calls the handshake, `"handshake"`
    /// by default: `connection from … timed out during handshake after 10s`.
    pub fn phase(mut self, phase: &'static str) -> Self {
        self.phase = phase;
        self
    }
}

impl<S, T: Clone> Layer<S> for HandshakeLayer<T> {
    type Service = Handshake<S, T>;

    fn layer(&self, inner: S) -> Handshake<S, T> {
        Handshake::new(inner, self.service.clone(), self.slots, self.phase)
    }
}
