use std::{error::Error as StdError, fmt, io};

use super::Records;
use crate::BoxError;

/// Why [`DnsResolver`](super::DnsResolver) could not answer.
#[derive(Debug)]
pub struct LookupError {
    message: String,
    response_code: Option<u16>,
    source: Option<io::Error>,
}

impl LookupError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), response_code: None, source: None }
    }

    pub(super) fn with_response_code(mut self, code: u16) -> Self {
        self.response_code = Some(code);
        self
    }

    pub(super) fn with_source(mut self, source: io::Error) -> Self {
        self.source = Some(source);
        self
    }

    /// The code of the name servers' answer (RFC 1035, section 4.1.1), where
    /// they agree: 2 for SERVFAIL, 3 for NXDOMAIN, 5 for REFUSED.
    pub fn response_code(&self) -> Option<u16> {
        self.response_code
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for LookupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn StdError + 'static))
    }
}

pub(super) type Failed = (Records, BoxError);

/// One error for the failed lookups of one name.
pub(super) fn failure(mut failed: Vec<Failed>) -> Option<BoxError> {
    failed.sort_by_key(|(records, _)| *records != Records::Aaaa);
    let first = failed.first()?.1.to_string();
    match failed.iter().all(|(_, error)| error.to_string() == first) {
        true => Some(failed.swap_remove(0).1),
        false => Some(Box::new(Failures(failed))),
    }
}

/// The failed lookups where the others had addresses that failed too.
pub(super) fn beside_attempts(failed: &[Failed]) -> Vec<String> {
    let sentence = |(records, error): &Failed| format!("{} lookup failed: {error}", kind(*records));
    failed.iter().map(sentence).collect()
}

/// Lookups that failed in different ways.
#[derive(Debug)]
struct Failures(Vec<Failed>);

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (records, error)) in self.0.iter().enumerate() {
            let separator = if nth == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {error}", kind(*records))?;
        }
        Ok(())
    }
}

impl StdError for Failures {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.first().map(|(_, error)| error.as_ref() as &(dyn StdError + 'static))
    }
}

pub(super) fn kind(records: Records) -> &'static str {
    match records {
        Records::Aaaa => "AAAA",
        Records::A => "A",
        Records::Both => "AAAA and A",
    }
}
