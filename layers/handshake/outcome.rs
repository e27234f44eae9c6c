//! How a handshake ended, as an item of the stream.

use std::{any::Any, time::Duration};

use tokio::task::JoinError;
use tower::timeout::error::Elapsed;

use crate::{BoxError, Error, ErrorKind};

/// What the error of a handshake means.
pub(super) fn failed(error: BoxError, phase: &'static str, elapsed: Duration) -> Error {
    if !error.is::<Elapsed>() {
        return kept(error);
    }
    Error::phase_timed_out(phase, rounded(elapsed)).with_source(error)
}

/// Ours stays as it is.
pub(super) fn kept(error: BoxError) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::new(ErrorKind::Handshake).with_source(error),
    }
}

/// Why there is no outcome. The error has no peer.
pub(super) fn lost(error: JoinError) -> Error {
    match error.try_into_panic() {
        Ok(panic) => panicked(panic.as_ref()),
        Err(_) => Error::new(ErrorKind::Evicted),
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let error = Error::new(ErrorKind::Panicked);
    let literal = panic.downcast_ref::<&'static str>().copied();
    match (literal, panic.downcast_ref::<String>()) {
        (Some(message), _) => error.with_reason(message),
        (None, Some(message)) => error.with_reason(message.clone()),
        (None, None) => error,
    }
}

/// tower does not say which deadline passed. Its timer fires up to two
/// milliseconds late, which nobody wants to read in `10.001613948s`.
fn rounded(elapsed: Duration) -> Duration {
    let step = if elapsed < Duration::from_secs(1) { 1 } else { 10 };
    let steps = elapsed.as_millis() / step;
    u64::try_from(steps * step).map_or(elapsed, Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_timer_is_not_shown() {
        assert_eq!(rounded(Duration::from_nanos(10_001_613_948)), Duration::from_secs(10));
        assert_eq!(rounded(Duration::from_micros(250_900)), Duration::from_millis(250));
    }

    #[test]
    fn a_panic_keeps_its_message() {
        let message = String::from("slot 7 is on fire");
        let said = "connection failed because its handshake panicked: slot 7 is on fire";
        assert_eq!(panicked(&message).to_string(), said);
        assert_eq!(panicked(&7).to_string(), "connection failed because its handshake panicked");
    }
}
