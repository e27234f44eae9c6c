use std::io;

use nix::errno::Errno;

use super::{BoxError, Error, ErrorKind};

fn connect(source: impl Into<BoxError>) -> Error {
    Error::new(ErrorKind::Connect).with_source(source)
}

fn os(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

#[test]
fn accepting_says_what_the_operating_system_said() {
    let error = Error::new(ErrorKind::Accept).with_source(os(Errno::ETIMEDOUT as i32));
    let said = "unable to accept a new connection: connection timed out (ETIMEDOUT)";
    assert_eq!(error.to_string(), said);
    assert!(error.is_timeout());
}

// ENC-04
#[test]
fn a_sentence_is_one_line() {
    let error = connect("first\nsecond\r\n\nthird\n").with_reason("over\nthere");
    assert_eq!(error.to_string(), "connection failed: over there: first second third");
}

#[test]
fn what_is_known_below_is_known_above() {
    let timeout = Error::new(ErrorKind::Timeout);
    let error = connect(io::Error::other(connect(io::Error::other(timeout))));
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_timeout());
    assert_eq!(error.io_kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.raw_os_error(), Some(Errno::ETIMEDOUT as i32));

    let refused = connect(io::Error::other(connect(os(Errno::ECONNREFUSED as i32))));
    assert_eq!(refused.io_kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(refused.raw_os_error(), Some(Errno::ECONNREFUSED as i32));
}

#[test]
fn a_box_around_one_of_ours_keeps_its_kind() {
    let reached = io::Error::other(Error::new(ErrorKind::LimitReached));
    let error = Error::from(BoxError::from(reached));
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    assert!(error.is_limit_reached());
}

#[test]
fn conversion_to_an_io_error_keeps_kind_and_error() {
    use ErrorKind::{Closed, Evicted, InvalidInput, LimitReached, Resolve, Timeout, Tls};
    let cases = [
        (InvalidInput, io::ErrorKind::InvalidInput),
        (Timeout, io::ErrorKind::TimedOut),
        (Tls, io::ErrorKind::InvalidData),
        (Closed, io::ErrorKind::ConnectionAborted),
        (Evicted, io::ErrorKind::ConnectionAborted),
        (Resolve, io::ErrorKind::Other),
        (LimitReached, io::ErrorKind::Other),
    ];
    for (kind, io_kind) in cases {
        let error = io::Error::from(Error::new(kind));
        assert_eq!(error.kind(), io_kind);
        assert_eq!(error.downcast::<Error>().unwrap().kind(), kind);
    }
    let refused = io::Error::from(connect(os(Errno::ECONNREFUSED as i32)));
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
}
