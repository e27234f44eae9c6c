//! What a race tells `tracing`, in the words of the draft about logging Happy
//! Eyeballs. Without that feature all of this is empty.

#![cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]

use std::{net::SocketAddr, time::Duration};

use http::Uri;
#[cfg(feature = "tracing")]
use tokio::time::Instant;
#[cfg(feature = "tracing")]
use tracing::{Span, debug_span, field};

use super::{Answer, Name, Records, running::Start};
use crate::{BoxError, Error};

/// Around everything that happens for one call.
#[derive(Clone)]
pub(super) struct Call {
    #[cfg(feature = "tracing")]
    span: Span,
}

impl Call {
    pub(super) fn new(uri: &Uri) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: debug_span!(target: "tower_socket", "connect", uri = %crate::uri::display(uri)),
        }
    }

    pub(super) fn around<T>(&self, work: impl FnOnce() -> T) -> T {
        #[cfg(feature = "tracing")]
        return self.span.in_scope(work);
        #[cfg(not(feature = "tracing"))]
        work()
    }
}

/// When the lookups began.
#[derive(Clone, Copy)]
pub(super) struct Began {
    #[cfg(feature = "tracing")]
    at: Instant,
}

impl Began {
    pub(super) fn now() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            at: Instant::now(),
        }
    }
}

pub(super) fn query_started(name: &Name, records: Records) {
    event!("dns_query_started", hostname = name.as_str(), qtypes = qtypes(records));
}

pub(super) fn query_finished(
    name: &Name,
    records: Records,
    began: Began,
    result: Result<&Answer, &BoxError>,
) {
    event!(
        "dns_query_finished",
        hostname = name.as_str(),
        qtypes = qtypes(records),
        answer_type = answer_type(result),
        results = result.ok().map(|answer| listed(answer.addresses.iter().map(SocketAddr::ip))),
        error_message = result.err().map(field::display),
        duration_ms = milliseconds(began.at.elapsed()),
    );
}

pub(super) fn query_timed_out(name: &Name, records: Records, timeout: Option<Duration>) {
    event!(
        "dns_query_finished",
        hostname = name.as_str(),
        qtypes = qtypes(records),
        answer_type = "error",
        error_code = "ETIMEDOUT",
        duration_ms = milliseconds(timeout.unwrap_or_default()),
    );
}

pub(super) fn candidates_sorted(order: &[SocketAddr]) {
    event!("candidates_sorted", candidates = listed(order.iter()));
}

pub(super) fn candidates_resorted(order: &[SocketAddr]) {
    event!("candidates_resorted", reason = "new_addresses", new_order = listed(order.iter()));
}

pub(super) fn attempt_scheduled(target: SocketAddr, after: Duration, reason: &str) {
    event!(
        "attempt_scheduled",
        target = %target,
        scheduled_after_ms = milliseconds(after),
        reason,
    );
}

pub(super) fn attempt_started(target: SocketAddr) {
    event!("attempt_started", target = %target);
}

pub(super) fn attempt_failed(start: Start, error: &Error) {
    event!(
        "attempt_outcome",
        target = %start.address,
        result = if error.is_timeout() { "timeout" } else { "failure" },
        error_code = error.raw_os_error().map(|code| field::debug(nix::errno::Errno::from_raw(code))),
        error_message = %error,
        connect_duration_ms = milliseconds(start.at.elapsed()),
    );
}

pub(super) fn attempt_succeeded(start: Start) {
    ended(start, "success");
    event!("connection_selected", target = %start.address);
}

/// Closed before they came to an end of their own.
pub(super) fn attempts_canceled(starts: impl Iterator<Item = Start>) {
    #[cfg(feature = "tracing")]
    starts.for_each(|start| ended(start, "canceled"));
}

fn ended(start: Start, result: &str) {
    event!(
        "attempt_outcome",
        target = %start.address,
        result,
        connect_duration_ms = milliseconds(start.at.elapsed()),
    );
}

pub(super) fn aborted(error: &Error) {
    event!("connection_aborted", reason = %error);
}

#[cfg(feature = "tracing")]
fn qtypes(records: Records) -> &'static str {
    match records {
        Records::Aaaa => "AAAA",
        Records::A => "A",
        Records::Both => "AAAA,A",
    }
}

#[cfg(feature = "tracing")]
fn answer_type(result: Result<&Answer, &BoxError>) -> &'static str {
    match result {
        Ok(answer) if answer.addresses.is_empty() => "negative",
        Ok(_) => "positive",
        Err(_) => "error",
    }
}

/// `192.0.2.1:80,192.0.2.2:80`
#[cfg(feature = "tracing")]
fn listed(addresses: impl Iterator<Item: ToString>) -> String {
    addresses.map(|address| address.to_string()).collect::<Vec<_>>().join(",")
}

#[cfg(feature = "tracing")]
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
