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

/// An error's own words, those of the operating system with their errno name:
/// `connection refused (ECONNREFUSED)`.
pub(crate) struct Reason<'a>(pub(crate) &'a (dyn StdError + 'static));

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.0.to_string();
        if self.0.downcast_ref().and_then(io::Error::raw_os_error).is_some()
            && let Some(first) = words.get_mut(..1)
        {
            first.make_ascii_lowercase();
        }
        write_named(&words, f)
    }
}

/// `std` writes an error's number where people know its name, also deep inside
/// the words of a library. A number without a name goes.
fn write_named(mut words: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    while let Some((before, (number, after))) = split_number(words) {
        f.write_str(before)?;
        match number.parse().map_or(Errno::UnknownErrno, Errno::from_raw) {
            Errno::UnknownErrno => {}
            errno => write!(f, " ({errno:?})")?,
        }
        words = after;
    }
    f.write_str(words)
}

fn split_number(words: &str) -> Option<(&str, (&str, &str))> {
    let (before, behind) = words.split_once(" (os error ")?;
    Some((before, behind.split_once(')')?))
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
    fn a_number_in_the_words_of_a_library_becomes_a_name_too() {
        let error = io::Error::from_raw_os_error(Errno::ENOENT as i32);
        let error = io::Error::other(format!("opening directory: {error} at /nowhere"));
        let words = "opening directory: No such file or directory (ENOENT) at /nowhere";
        assert_eq!(Reason(&error).to_string(), words);
    }

    // GEN-03
    #[test]
    fn an_error_without_a_name_comes_without() {
        assert_eq!(reason(4000), "unknown error 4000");
    }
}
