use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use tower_service::Service;

use super::{
    ClientTls, Connecting, config::Configuring, future::Plan, layer::Options,
    server_name::server_name,
};
use crate::{
    Connection, Error,
    layers::timeout::{Clock, Parking},
    uri::{self, Scheme},
};

/// A connector that speaks TLS. See the [module](super) for details.
#[derive(Clone, Debug)]
pub struct Tls<S> {
    inner: S,
    tls: ClientTls,
    options: Options,
    parking: Arc<Parking>,
}

impl<S> Tls<S> {
    pub(super) fn new(inner: S, tls: ClientTls, options: Options) -> Self {
        Self { inner, tls, options, parking: Arc::default() }
    }

    inner_access!();

    fn passes(&self, uri: &Uri) -> bool {
        self.options.by_scheme && Scheme::of(uri) != Some(Scheme::Tls)
    }

    /// Everything that can be wrong before a packet is sent, and the URI for
    /// the connector below.
    fn plan(&self, uri: &Uri) -> Result<(Uri, Plan), Error> {
        let (below, target) = uri::target_without_tls(uri)?;
        let name = server_name(&self.tls, uri, target)?;
        let config = Configuring::new(&self.tls)?;
        let clock =
            self.options.handshake_timeout.map(|timeout| Clock::new(timeout, self.parking.clone()));
        Ok((below, Plan { config, name, clock }))
    }
}

impl<S> Service<Uri> for Tls<S>
where
    S: Service<Uri, Response = Connection>,
    S::Error: Into<Error>,
{
    type Response = Connection;
    type Error = Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Connecting<S::Future> {
        if self.passes(&uri) {
            return Connecting::passing(self.inner.call(uri));
        }
        match self.plan(&uri) {
            Ok((below, plan)) => Connecting::new(self.inner.call(below), uri, plan),
            Err(error) => Connecting::failed(error.passing(uri)),
        }
    }
}
