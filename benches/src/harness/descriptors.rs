use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::BoxError;

/// As many open files as this process may have.
pub(crate) fn raise_descriptor_limit() -> Result<(), BoxError> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?)
}
