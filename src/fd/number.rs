//! The one place where a number becomes a descriptor.
#![allow(unsafe_code, reason = "a number says nothing about who owns the descriptor")]

use std::{
    io,
    os::fd::{BorrowedFd, OwnedFd, RawFd},
};

use nix::errno::Errno;
use socket2::SockRef;

/// A descriptor of our own for what is open under this number; the number
/// itself stays open.
pub(super) fn duplicate(number: RawFd) -> io::Result<OwnedFd> {
    with(number, |borrowed| borrowed.try_clone_to_owned())
}

/// No program that is started from now on inherits it.
pub(super) fn close_on_exec(number: RawFd) -> io::Result<()> {
    with(number, |borrowed| SockRef::from(borrowed).set_cloexec(true))
}

fn with<T>(number: RawFd, call: impl FnOnce(&BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
    if number < 0 {
        return Err(Errno::EBADF.into());
    }
    // SAFETY: the number is not -1, and it is used for fcntl(2), which answers
    // EBADF where nothing is open under it.
    call(&unsafe { BorrowedFd::borrow_raw(number) })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn the_duplicate_is_another_descriptor() {
        let file = tempfile::tempfile().unwrap();
        let duplicate = duplicate(file.as_raw_fd()).unwrap();
        assert_ne!(duplicate.as_raw_fd(), file.as_raw_fd());
    }

    #[test]
    fn a_number_under_which_nothing_is_open_is_an_error() {
        for number in [-1, RawFd::MIN, RawFd::MAX] {
            let error = duplicate(number).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(Errno::EBADF as i32));
        }
    }
}
