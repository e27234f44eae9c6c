//! What went wrong, in words and in answers.

#[cfg(feature = "dns")]
mod attempts;
mod connecting;
#[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
mod deadlines;
mod listening;
mod mistakes;
#[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
mod tls;

use tower_socket::{Connector, Error, IntoUri};

async fn failure(connector: &Connector, uri: impl IntoUri) -> Error {
    connector.connect(uri).await.unwrap_err()
}
