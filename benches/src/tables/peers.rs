//! The same by hyper-util and hyper-rustls.

use std::sync::Arc;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{HttpConnector, dns::GaiResolver};
use rustls::ClientConfig;
use tower::{Service, ServiceExt};

use super::Result;
use crate::harness::BoxError;

/// What hyper's clients connect with.
pub(crate) fn http_connector() -> HttpConnector {
    http_connector_with(GaiResolver::new())
}

/// With another resolver.
pub(crate) fn http_connector_with<R>(resolver: R) -> HttpConnector<R> {
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.set_nodelay(true);
    connector
}

/// What hyper's clients speak TLS with.
pub(crate) fn https_connector(config: &Arc<ClientConfig>) -> HttpsConnector<HttpConnector> {
    let mut http = http_connector();
    http.enforce_http(false);
    HttpsConnectorBuilder::new()
        .with_tls_config(ClientConfig::clone(config))
        .https_only()
        .enable_http1()
        .wrap_connector(http)
}

/// One call of a connector.
pub(crate) async fn call<S>(connector: &mut S, uri: Uri) -> Result<S::Response>
where
    S: Service<Uri, Error: Into<BoxError>>,
{
    let ready = connector.ready().await.map_err(Into::into)?;
    ready.call(uri).await.map_err(Into::into)
}
