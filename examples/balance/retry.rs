//! What is tried again.

use std::future::{Ready, ready};

use http::Uri;
use tower::retry::Policy;
use tower_socket::{BoxError, Connection, Error};

/// Tries again at once: the balancer picks another address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elsewhere {
    left: usize,
}

impl Elsewhere {
    pub(crate) const fn times(left: usize) -> Self {
        Self { left }
    }
}

impl Policy<Uri, Connection, BoxError> for Elsewhere {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Uri,
        result: &mut Result<Connection, BoxError>,
    ) -> Option<Ready<()>> {
        let error = result.as_ref().err()?.downcast_ref::<Error>()?;
        // The caller's mistake is one everywhere.
        if error.is_invalid_input() {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        eprintln!("{error}, trying elsewhere");
        Some(ready(()))
    }

    fn clone_request(&mut self, uri: &Uri) -> Option<Uri> {
        Some(uri.clone())
    }
}
