use std::{borrow::Cow, io};

use crate::{Error, ErrorKind};

/// What the operating system refused to do to a socket.
#[derive(Debug)]
pub(crate) struct Refused {
    reason: Option<Cow<'static, str>>,
    source: io::Error,
}

impl Refused {
    pub(crate) fn new(reason: impl Into<Cow<'static, str>>, source: io::Error) -> Self {
        Self { reason: Some(reason.into()), source }
    }

    pub(crate) fn into_error(self, kind: ErrorKind) -> Error {
        let error = Error::new(kind).with_source(self.source);
        match self.reason {
            Some(reason) => error.with_reason(reason),
            None => error,
        }
    }

    pub(crate) fn into_io_error(self) -> io::Error {
        self.source
    }
}

impl From<io::Error> for Refused {
    fn from(source: io::Error) -> Self {
        Self { reason: None, source }
    }
}

/// Sets an option that was asked for; the error names it.
pub(crate) fn set<T>(
    option: &str,
    value: Option<T>,
    set: impl FnOnce(T) -> io::Result<()>,
) -> Result<(), Refused> {
    value.map_or(Ok(()), set).map_err(|source| Refused::new(format!("cannot set {option}"), source))
}
