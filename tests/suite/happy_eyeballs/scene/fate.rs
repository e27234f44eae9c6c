use std::{future::pending, io, time::Duration};

use tokio::time::sleep;
use tower_socket::{BoxError, Error, IntoUri};

/// What happens, and when, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Ok(u64),
    Fails(u64, Failure),
    Never,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// Of the operating system.
    Errno(i32),
    /// Of whoever else is below.
    Text(&'static str),
    /// The caller's, and the same for every address.
    Mistake,
}

impl Fate {
    /// What takes no time has no timer.
    pub(super) async fn come(self) -> Result<(), BoxError> {
        match self {
            Self::Ok(0) | Self::Fails(0, _) => {}
            Self::Ok(after) | Self::Fails(after, _) => sleep(Duration::from_millis(after)).await,
            Self::Never => pending().await,
        }
        match self {
            Self::Fails(_, failure) => Err(failure.into()),
            _ => Ok(()),
        }
    }
}

impl Failure {
    pub(crate) const REFUSED: Self = Self::Errno(111);
}

impl From<Failure> for BoxError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Errno(errno) => io::Error::from_raw_os_error(errno).into(),
            Failure::Text(text) => text.into(),
            Failure::Mistake => Self::from(mistake()),
        }
    }
}

fn mistake() -> Error {
    "no URI".into_uri().expect_err("a space is never in a URI")
}
