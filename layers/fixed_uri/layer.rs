use http::Uri;
use tower_layer::Layer;

use super::FixedUri;
use crate::{Error, IntoUri};

/// Sends every request to one URI. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct FixedUriLayer {
    uri: Uri,
}

impl FixedUriLayer {
    /// Every request goes to `uri`.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when what is given is no URI.
    pub fn new(uri: impl IntoUri) -> Result<Self, Error> {
        Ok(Self { uri: uri.into_uri()? })
    }
}

impl<S> Layer<S> for FixedUriLayer {
    type Service = FixedUri<S>;

    fn layer(&self, inner: S) -> FixedUri<S> {
        FixedUri::new(inner, self.uri.clone())
    }
}
