use http::Uri;
use tower_layer::Layer;

use super::FixedUri;
use crate::Error;

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
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when `uri` is none.
    pub fn new(uri: Uri) -> Result<Self, Error> {
        Ok(Self { uri })
    }
}

impl<S> Layer<S> for FixedUriLayer {
    type Service = FixedUri<S>;

    fn layer(&self, inner: S) -> FixedUri<S> {
        FixedUri::new(inner, self.uri.clone())
    }
}
