//! What a handshake tells `tracing`. Without that feature all of this is empty.

#![cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]

use tokio::time::Instant;

use crate::ConnectionInfo;

/// Runs in the span of the connection.
#[cfg(feature = "tracing")]
pub(super) fn within<F: Future>(
    info: &ConnectionInfo,
    handshake: F,
) -> impl Future<Output = F::Output> {
    tracing::Instrument::instrument(handshake, info.span())
}

#[cfg(not(feature = "tracing"))]
pub(super) fn within<F: Future>(info: &ConnectionInfo, handshake: F) -> F {
    handshake
}

pub(super) fn complete(info: &ConnectionInfo, started: Instant) {
    #[cfg(feature = "tracing")]
    info.span().in_scope(|| {
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        event!("handshake_complete", duration_ms);
    });
}
