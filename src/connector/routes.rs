//! One stack for each scheme.

use std::task::{Context, Poll};

use http::Uri;
use tower::util::{BoxCloneSyncService, Either, MapErr, ServiceExt};
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
pub(super) type Deadlined<S> = Either<Timeout<S>, S>;

pub(super) type TcpRoute = Deadlined<Resolved<Tcp>>;
#[cfg(feature = "tls")]
pub(super) type TlsRoute = Deadlined<Secured>;
pub(super) type UnixRoute = Either<Deadlined<UnixConnector>, Boxed>;

/// A scheme without a route is switched off.
#[derive(Clone)]
pub(super) struct Routes {
    pub(super) tcp: Option<TcpRoute>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<TlsRoute>,
    pub(super) unix: Option<UnixRoute>,
}

impl Routes {
    /// As with tower's `Steer`, all routes have to be ready.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let tcp = poll_route(&mut self.tcp, cx)?;
        #[cfg(feature = "tls")]
        let tls = poll_route(&mut self.tls, cx)?;
        #[cfg(not(feature = "tls"))]
        let tls = Poll::Ready(());
        let unix = poll_route(&mut self.unix, cx)?;
        match (tcp, tls, unix) {
            (Poll::Ready(()), Poll::Ready(()), Poll::Ready(())) => Poll::Ready(Ok(())),
            _ => Poll::Pending,
        }
    }

    pub(super) fn call(&mut self, uri: Uri) -> Connecting {
        match (Scheme::of(&uri), self) {
            (None | Some(Scheme::Tcp), Self { tcp: Some(tcp), .. }) => {
                Connecting::tcp(tcp.call(uri))
            }
            #[cfg(feature = "tls")]
            (Some(Scheme::Tls), Self { tls: Some(tls), .. }) => Connecting::tls(tls.call(uri)),
            (Some(Scheme::Unix), Self { unix: Some(unix), .. }) => Connecting::unix(unix.call(uri)),
            _ => Connecting::failed(no_route(uri)),
        }
    }
}

fn poll_route<S>(route: &mut Option<S>, cx: &mut Context<'_>) -> Poll<Result<(), Error>>
where
    S: Service<Uri, Error = Error>,
{
    route.as_mut().map_or(Poll::Ready(Ok(())), |route| route.poll_ready(cx))
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
