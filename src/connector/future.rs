use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Uri;
use tower_service::Service;

use super::{Boxed, Connector, routes};
use crate::{Connection, Error};

type FutureOf<S> = <S as Service<Uri>>::Future;

/// Future of [`Connector`] as a service. Dropping it stops everything it began.
#[must_use = "futures do nothing unless polled"]
pub struct Connecting(Route);

enum Route {
    Tcp(FutureOf<routes::TcpRoute>),
    #[cfg(feature = "tls")]
    Tls(FutureOf<routes::TlsRoute>),
    Unix(FutureOf<routes::UnixRoute>),
    Service(FutureOf<Boxed>, Uri),
    Failed(Option<Error>),
}

impl Connecting {
    pub(super) fn tcp(future: FutureOf<routes::TcpRoute>) -> Self {
        Self(Route::Tcp(future))
    }

    #[cfg(feature = "tls")]
    pub(super) fn tls(future: FutureOf<routes::TlsRoute>) -> Self {
        Self(Route::Tls(future))
    }

    pub(super) fn unix(future: FutureOf<routes::UnixRoute>) -> Self {
        Self(Route::Unix(future))
    }

    pub(super) fn service(future: FutureOf<Boxed>, uri: Uri) -> Self {
        Self(Route::Service(future, uri))
    }

    pub(super) fn failed(error: Error) -> Self {
        Self(Route::Failed(Some(error)))
    }
}

impl Future for Connecting {
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            Route::Tcp(future) => Pin::new(future).poll(cx),
            #[cfg(feature = "tls")]
            Route::Tls(future) => Pin::new(future).poll(cx),
            Route::Unix(future) => Pin::new(future).poll(cx),
            Route::Service(future, uri) => {
                Pin::new(future).poll(cx).map_err(|error| error.about(std::mem::take(uri)))
            }
            Route::Failed(error) => {
                Poll::Ready(Err(error.take().expect("`Connecting` polled after it finished")))
            }
        }
    }
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").finish_non_exhaustive()
    }
}

/// Future of [`Connector::connect`]. Dropping it stops everything it began.
#[must_use = "futures do nothing unless polled"]
pub struct Connect {
    connector: Connector,
    uri: Uri,
    connecting: Option<Connecting>,
}

impl Connect {
    pub(super) fn new(connector: Connector, uri: Result<Uri, Error>) -> Self {
        match uri {
            Ok(uri) => Self { connector, uri, connecting: None },
            Err(error) => {
                let connecting = Some(Connecting::failed(error));
                Self { connector, uri: Uri::default(), connecting }
            }
        }
    }
}

impl Future for Connect {
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { connector, uri, connecting } = self.get_mut();
        let connecting = match connecting {
            Some(connecting) => connecting,
            None => {
                let ready = ready!(connector.poll_ready(cx));
                ready.map_err(|error| error.about(uri.clone()))?;
                connecting.insert(connector.call(std::mem::take(uri)))
            }
        };
        Pin::new(connecting).poll(cx)
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect").finish_non_exhaustive()
    }
}
