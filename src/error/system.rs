//! What the operating system said, found in a chain of errors.

use std::{error::Error as StdError, fmt, io};

use nix::errno::Errno;

pub(super) fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(below(error), |e| below(*e))
}

/// An `io::Error` answers `source()` with what its content has below it.
fn below<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    }
}

pub(super) fn io_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    chain(error).find_map(|e| e.downcast_ref::<io::Error>())
}

/// An error's own words, those of the operating system with their errno name.
pub(super) struct Reason<'a>(pub(super) &'a (dyn StdError + 'static));

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let io = self.0.downcast_ref::<io::Error>();
        match io.and_then(io::Error::raw_os_error) {
            Some(code) => write!(f, "{}", Named(Errno::from_raw(code))),
            None => write!(f, "{}", self.0),
        }
    }
}

/// `connection refused (ECONNREFUSED)`
pub(super) struct Named(pub(super) Errno);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.desc();
        let mut letters = words.chars();
        let first = letters.next().map(|c| c.to_ascii_lowercase());
        write!(f, "{}{} ({:?})", first.unwrap_or_default(), letters.as_str(), self.0)
    }
}
