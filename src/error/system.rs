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

/// An `io::Error` around another error says less than that one.
pub(super) fn io_kind(error: &(dyn StdError + 'static)) -> Option<io::ErrorKind> {
    io_errors(error).map(io::Error::kind).find(|kind| *kind != io::ErrorKind::Other)
}

pub(super) fn raw_os_error(error: &(dyn StdError + 'static)) -> Option<i32> {
    io_errors(error).find_map(io::Error::raw_os_error)
}

fn io_errors<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a io::Error> {
    chain(error).filter_map(|e| e.downcast_ref())
}

/// An error's own words, those of the operating system with their errno name.
pub(crate) struct Reason<'a>(pub(crate) &'a (dyn StdError + 'static));

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let io = self.0.downcast_ref::<io::Error>();
        match io.and_then(|io| Some(Named(io, io.raw_os_error()?))) {
            Some(named) => write!(f, "{named}"),
            None => write!(f, "{}", self.0),
        }
    }
}

/// `connection refused (ECONNREFUSED)`; without the name where there is none.
struct Named<'a>(&'a io::Error, i32);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.to_string();
        let words = words.split_once(" (os error").map_or(&*words, |(words, _)| words);
        let mut letters = words.chars();
        let first = letters.next().map(|c| c.to_ascii_lowercase());
        write!(f, "{}{}", first.unwrap_or_default(), letters.as_str())?;
        match Errno::from_raw(self.1) {
            Errno::UnknownErrno => Ok(()),
            errno => write!(f, " ({errno:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(errno: i32) -> String {
        Reason(&io::Error::from_raw_os_error(errno)).to_string()
    }

    // GEN-03
    #[test]
    fn errors_of_the_system_come_with_their_names() {
        assert_eq!(reason(Errno::ECONNREFUSED as i32), "connection refused (ECONNREFUSED)");
        assert_eq!(reason(Errno::EBADF as i32), "bad file descriptor (EBADF)");
        assert_eq!(reason(Errno::ENETUNREACH as i32), "network is unreachable (ENETUNREACH)");
    }

    // GEN-03
    #[test]
    fn an_error_without_a_name_comes_without() {
        assert_eq!(reason(4000), "unknown error 4000");
    }
}
