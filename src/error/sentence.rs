//! One whole sentence for one error.

use std::{
    error::Error as StdError,
    fmt::{self, Write},
};

use super::{End, Error, ErrorKind, system};
use crate::uri;

pub(super) fn write(error: &Error, f: &mut impl Write) -> fmt::Result {
    match error.kind() {
        ErrorKind::InvalidInput => return write_invalid(error, f),
        ErrorKind::Listen => write_listen(error, f)?,
        ErrorKind::Accept => f.write_str("unable to accept a new connection")?,
        _ => write_connection(error, f)?,
    }
    write_reason(error, f)
}

fn write_invalid(error: &Error, f: &mut impl Write) -> fmt::Result {
    if let Some(uri) = error.uri() {
        write!(f, "invalid URI \"{}\": ", uri::display(uri))?;
    }
    write_words(error, f)?;
    if error.0.source.is_none() { f.write_str(" (EINVAL)") } else { Ok(()) }
}

fn write_listen(error: &Error, f: &mut impl Write) -> fmt::Result {
    f.write_str("failed to listen")?;
    match error.uri() {
        Some(uri) => write!(f, " on {}", uri::display(uri)),
        None => Ok(()),
    }
}

fn write_connection(error: &Error, f: &mut impl Write) -> fmt::Result {
    f.write_str("connection")?;
    match (error.uri(), error.peer()) {
        (Some(uri), _) => write!(f, " to {}", uri::display(uri))?,
        // Either end may have opened it.
        (None, Some(peer)) if error.kind() == ErrorKind::Closed => write!(f, " with {peer}")?,
        (None, Some(peer)) => write!(f, " from {peer}")?,
        (None, None) => {}
    }
    f.write_str(match error.kind() {
        ErrorKind::Resolve => " failed during DNS lookup",
        ErrorKind::Tls => " failed during TLS handshake",
        ErrorKind::ProxyHeader => " failed during the PROXY header",
        ErrorKind::Handshake => " failed during handshake",
        ErrorKind::Timeout => return write_timeout(error, f),
        ErrorKind::LimitReached => " closed because the limit of open connections is reached",
        ErrorKind::RateLimited => " closed because connections come too fast",
        ErrorKind::Denied => " denied",
        ErrorKind::Evicted => " closed during handshake to make room for newer ones",
        ErrorKind::Panicked => " failed because its handshake panicked",
        ErrorKind::Closed => " was closed",
        _ => " failed",
    })
}

fn write_timeout(error: &Error, f: &mut impl Write) -> fmt::Result {
    // Each attempt says which deadline it was.
    if let (End::Unknown, [_, ..]) = (&error.0.end, error.attempts()) {
        return f.write_str(" failed");
    }
    f.write_str(if let End::GivenUp(_) = error.0.end { " was given up" } else { " timed out" })?;
    if let End::Phase(phase) = error.0.end {
        write!(f, " during {phase}")?;
    }
    if let Some(elapsed) = error.elapsed() {
        write!(f, " after {elapsed:?}")?;
    }
    match &error.0.end {
        End::GivenUp(phases) => write_phases(phases, f),
        End::Within(phases) => {
            f.write_str(" (ETIMEDOUT)")?;
            write_phases(phases, f)
        }
        _ => f.write_str(" (ETIMEDOUT)"),
    }
}

fn write_phases(phases: &[String], f: &mut impl Write) -> fmt::Result {
    phases.iter().try_for_each(|phase| write!(f, " {phase}"))
}

fn write_reason(error: &Error, f: &mut impl Write) -> fmt::Result {
    let says_all = error.attempts().is_empty() && error.0.reason.is_none();
    if error.kind() == ErrorKind::Timeout && says_all {
        return Ok(());
    }
    let mut words = String::new();
    write!(words, "{}", Words(error))?;
    if words.is_empty() { Ok(()) } else { write!(f, ": {words}") }
}

struct Words<'a>(&'a Error);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_words(self.0, f)
    }
}

/// The attempts and what else there is to say, else the reason, else the
/// source.
fn write_words(error: &Error, f: &mut impl Write) -> fmt::Result {
    for (nth, attempt) in error.attempts().iter().enumerate() {
        let separator = if nth == 0 { "" } else { "; " };
        write!(f, "{separator}{}", attempt.error())?;
    }
    if !error.attempts().is_empty() {
        let more = error.0.reason.iter();
        return more.into_iter().try_for_each(|reason| write!(f, "; {reason}"));
    }
    match (&error.0.reason, &error.0.source) {
        (Some(reason), Some(source)) => write!(f, "{reason}: {}", system::Reason(source.as_ref())),
        (Some(reason), None) => f.write_str(reason),
        (None, Some(source)) => write_source(source.as_ref(), f),
        (None, None) => Ok(()),
    }
}

/// A library's words are about its own part. What one of ours below it says
/// comes after them, where they do not quote it.
fn write_source(source: &(dyn StdError + 'static), f: &mut impl Write) -> fmt::Result {
    let words = system::Reason(source).to_string();
    f.write_str(&words)?;
    let ours = system::chain(source).find_map(|below| below.downcast_ref::<Error>());
    match ours.map(Error::to_string) {
        Some(below) if !words.contains(&below) => write!(f, ": {below}"),
        _ => Ok(()),
    }
}
