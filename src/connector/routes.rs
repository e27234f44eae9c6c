//! One stack for each scheme.

use http::Uri;
use tower::{
    service_fn,
    util::{BoxCloneSyncService, Either, MapErr, ServiceExt},
};
use tower_service::Service;

use super::{Boxed, Connecting};
#[cfg(feature = "dns")]
use crate::layers::dns::Dns;
#[cfg(feature = "tls")]
use crate::layers::tls::Tls;
use crate::{
    BoxError, Connection, Error, TcpConnector, UnixConnector, layers::timeout::Timeout, uri::Scheme,
};

pub(super) type Tcp = Either<TcpConnector, Boxed>;
#[cfg(feature = "dns")]
pub(super) type Resolved<S> = Either<Dns<S>, S>;
#[cfg(not(feature = "dns"))]
pub(super) type Resolved<S> = S;
#[cfg(feature = "tls")]
pub(super) type Secured = Either<Resolved<Tls<Tcp>>, Boxed>;

pub(super) type TcpRoute = Timeout<Resolved<Tcp>>;
#[cfg(feature = "tls")]
pub(super) type TlsRoute = Timeout<Secured>;
pub(super) type UnixRoute = Either<Timeout<UnixConnector>, Boxed>;

/// A scheme without a route is switched off. All of them are always ready, so
/// that one which is held up holds no other up.
pub(super) struct Routes {
    pub(super) tcp: Option<TcpRoute>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<TlsRoute>,
    pub(super) unix: Option<UnixRoute>,
}

impl Routes {
    pub(super) fn call(&self, uri: Uri) -> Connecting {
        match Scheme::of(&uri).unwrap_or(Scheme::Tcp) {
            Scheme::Tcp => called(self.tcp.as_ref(), uri, Connecting::tcp),
            #[cfg(feature = "tls")]
            Scheme::Tls => called(self.tls.as_ref(), uri, Connecting::tls),
            Scheme::Unix => called(self.unix.as_ref(), uri, Connecting::unix),
            _ => Connecting::failed(no_route(uri)),
        }
    }
}

fn called<S>(route: Option<&S>, uri: Uri, connecting: fn(S::Future) -> Connecting) -> Connecting
where
    S: Service<Uri> + Clone,
{
    match route {
        Some(route) => connecting(route.clone().call(uri)),
        None => Connecting::failed(no_route(uri)),
    }
}

fn no_route(uri: Uri) -> Error {
    let scheme = uri.scheme_str().unwrap_or("tcp");
    Error::invalid_input(format!("no connector available for URI scheme \"{scheme}\""))
        .with_uri(uri)
}

/// Any stack in a box, its error one of ours.
pub(super) fn boxed<S>(service: S) -> Boxed
where
    S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    let into_error: fn(S::Error) -> Error = |error| Error::from(error.into());
    let service: MapErr<S, _> = service.map_err(into_error);
    BoxCloneSyncService::new(service)
}

/// Any stack in place of a route. It is waited for as a part of the call, since
/// which route is called shows only then.
pub(super) fn replacing<S>(service: S) -> Boxed
where
    S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    boxed(service_fn(move |uri: Uri| {
        let connecting = service.clone().oneshot(uri.clone());
        async move { connecting.await.map_err(|error| Error::from(error.into()).about(uri)) }
    }))
}
