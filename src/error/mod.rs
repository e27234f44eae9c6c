//! The one error of this crate, and what it knows.

mod attempt;
mod deadline;
mod given_up;
mod kind;
mod one_line;
mod sentence;
mod system;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, error::Error as StdError, fmt, io, time::Duration};

use http::Uri;
use tower::timeout::error::Elapsed;

#[cfg(any(feature = "dns", feature = "tls", feature = "proxy-protocol"))]
pub(crate) use self::given_up::give_up;
pub(crate) use self::given_up::{GivenUp, given_up_by};
#[cfg(feature = "dns")]
pub(crate) use self::system::Reason;
pub use self::{attempt::Attempt, kind::ErrorKind};
use self::{deadline::End, one_line::OneLine};
use crate::Address;

/// The error type of `tower`'s own middleware.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a connection could not be opened or accepted.
///
/// `Display` is one whole sentence for the person who has to act: the URI as
/// it was given, the phase, the reason with its errno name:
///
/// ```text
/// connection to tcp://127.0.0.1:81 failed: connection refused (ECONNREFUSED)
/// ```
///
/// Everything in that sentence can be asked for on its own. The questions
/// starting with `is_` are answered from the kind and from the chain of
/// sources, so they hold whatever the order of layers was.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    uri: Option<Uri>,
    peer: Option<Address>,
    elapsed: Option<Duration>,
    reason: Option<Cow<'static, str>>,
    attempts: Vec<Attempt>,
    end: End,
    source: Option<BoxError>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            uri: None,
            peer: None,
            elapsed: None,
            reason: None,
            attempts: Vec::new(),
            end: End::Unknown,
            source: None,
        }))
    }

    /// A caller's mistake, in words that quote what was given.
    pub(crate) fn invalid_input(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidInput).with_reason(reason)
    }

    pub(crate) fn with_uri(mut self, uri: Uri) -> Self {
        self.0.uri = Some(uri);
        self
    }

    /// Each layer shows the URI it was asked for; a caller's mistake passes
    /// untouched.
    pub(crate) fn passing(self, uri: Uri) -> Self {
        if self.kind() == ErrorKind::InvalidInput { self } else { self.with_uri(uri) }
    }

    /// What comes from outside this crate knows of no URI.
    pub(crate) fn about(self, uri: Uri) -> Self {
        if self.uri().is_some() { self } else { self.passing(uri) }
    }

    /// The innermost peer stays.
    pub(crate) fn with_peer(mut self, peer: Option<Address>) -> Self {
        self.0.peer = self.0.peer.or(peer);
        self
    }

    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = Some(elapsed);
        self
    }

    pub(crate) fn with_reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.0.reason = Some(reason.into());
        self
    }

    /// Why it is a caller's mistake.
    #[cfg(feature = "dns-over-tls")]
    pub(crate) fn into_reason(self) -> Option<Cow<'static, str>> {
        self.0.reason
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// A host name has several addresses. Kind and source become those of the attempt that got furthest.
    #[cfg(feature = "dns")]
    pub(crate) fn from_attempts(attempts: Vec<Attempt>) -> Self {
        let furthest = attempts.iter().map(Attempt::error).max_by_key(|e| e.progress());
        let mut error = Self::new(furthest.map_or(ErrorKind::Connect, Self::kind));
        error.0.peer = furthest.and_then(|e| e.0.peer.clone());
        error.0.attempts = attempts;
        error
    }

    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The URI the caller asked for, or the one that could not be listened on.
    pub fn uri(&self) -> Option<&Uri> {
        self.0.uri.as_ref()
    }

    /// The other end: the address that was being connected to, or the client.
    pub fn peer(&self) -> Option<&Address> {
        self.0.peer.as_ref()
    }

    /// How long it took to fail, where that was measured.
    pub fn elapsed(&self) -> Option<Duration> {
        self.0.elapsed
    }

    /// Every address that was tried, in the order of their starts.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Whether a deadline passed, or the operating system gave up waiting.
    pub fn is_timeout(&self) -> bool {
        self.is(ErrorKind::Timeout) || system::io_kind(self) == Some(io::ErrorKind::TimedOut)
    }

    /// Whether the host name could not be resolved.
    pub fn is_resolve(&self) -> bool {
        self.is(ErrorKind::Resolve)
    }

    /// Whether the TLS handshake failed.
    pub fn is_tls(&self) -> bool {
        self.is(ErrorKind::Tls)
    }

    /// Whether a limit on open connections was reached.
    pub fn is_limit_reached(&self) -> bool {
        self.is(ErrorKind::LimitReached)
    }

    /// Whether connections came faster than a rate allows.
    pub fn is_rate_limited(&self) -> bool {
        self.is(ErrorKind::RateLimited)
    }

    /// Whether an access list keeps the peer out.
    pub fn is_denied(&self) -> bool {
        self.is(ErrorKind::Denied)
    }

    /// Whether the caller gave something that can never work.
    pub fn is_invalid_input(&self) -> bool {
        self.is(ErrorKind::InvalidInput)
    }

    /// The class of the operating system's error below, or the one this
    /// error becomes as an [`io::Error`].
    pub fn io_kind(&self) -> io::ErrorKind {
        let ours =
            || self.kinds().map(ErrorKind::io_kind).find(|kind| *kind != io::ErrorKind::Other);
        system::io_kind(self).or_else(ours).unwrap_or(io::ErrorKind::Other)
    }

    /// The errno of this failure, `EINVAL` for a caller's mistake and
    /// `ETIMEDOUT` for a deadline, where there is one.
    pub fn raw_os_error(&self) -> Option<i32> {
        let ours = || self.kinds().find_map(ErrorKind::errno).map(|errno| errno as i32);
        system::raw_os_error(self).or_else(ours)
    }

    fn is(&self, kind: ErrorKind) -> bool {
        self.kinds().any(|found| found == kind)
    }

    /// Its own and those of all below.
    fn kinds(&self) -> impl Iterator<Item = ErrorKind> {
        std::iter::once(self.kind()).chain(system::chain(self).filter_map(kind_of))
    }

    /// How far a connection got before this happened.
    fn progress(&self) -> u8 {
        match self.kind() {
            ErrorKind::Tls => 2,
            ErrorKind::Timeout | ErrorKind::ProxyHeader => 1,
            _ => 0,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sentence::write(self, &mut OneLine::new(f))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &format_args!("{self}"))
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if let Some(source) = &self.0.source {
            return Some(source.as_ref());
        }
        // A deadline over them all is not explained by one that was refused.
        let alike = self.0.attempts.iter().map(Attempt::error).filter(|e| e.kind() == self.kind());
        alike.max_by_key(|e| e.progress()).map(|error| error as &(dyn StdError + 'static))
    }
}

/// One of ours, or tower's word for a deadline.
fn kind_of(error: &(dyn StdError + 'static)) -> Option<ErrorKind> {
    let elapsed = error.is::<Elapsed>().then_some(ErrorKind::Timeout);
    elapsed.or_else(|| error.downcast_ref().map(Error::kind))
}

/// Takes one of ours back out of the box that tower's middleware puts it in.
///
/// Any other error becomes the source of a new one, of the kind of the first
/// of ours below it. tower's `Elapsed` is a `Timeout`, and where nothing is
/// known the kind is `Connect`.
impl From<BoxError> for Error {
    fn from(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => {
                let below = system::chain(error.as_ref()).find_map(kind_of);
                let kind = kind_of(error.as_ref()).or(below).unwrap_or(ErrorKind::Connect);
                Self::new(kind).with_source(error)
            }
        }
    }
}

/// Keeps the right [`io::ErrorKind`]; the error itself is inside.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(error.io_kind(), error)
    }
}
