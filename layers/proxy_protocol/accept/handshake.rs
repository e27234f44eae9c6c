//! The header, then the service below.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tower_service::Service;

use super::header::Incoming;
use crate::{BoxError, Connection, Error, ErrorKind, proxy_header::failed};

pin_project! {
    #[derive(Debug)]
    #[project = Projected]
    pub(super) enum Handshake<S, F> {
        // ## Reading => (Handling | Finished)
        Reading { connection: Option<Connection>, header: Incoming, service: S },
        // ## Handling => Finished
        Handling { #[pin] inner: F },
        // ## Refused => Finished
        Refused { error: Option<Error> },
        Finished,
    }
}

impl<S, F> Handshake<S, F> {
    pub(super) fn reading(connection: Connection, longest: usize, service: S) -> Self {
        let header = Incoming::new(longest);
        Self::Reading { connection: Some(connection), header, service }
    }

    pub(super) fn calling(inner: F) -> Self {
        Self::Handling { inner }
    }

    pub(super) fn refused(connection: &Connection) -> Self {
        let error = Error::new(ErrorKind::Denied).with_reason("it is no proxy that is trusted");
        Self::Refused { error: Some(error.with_peer(connection.peer_address())) }
    }

    pub(super) fn reads_header(&self) -> bool {
        matches!(self, Self::Reading { .. })
    }
}

impl<S> Handshake<S, S::Future>
where
    S: Service<Connection>,
    S::Error: Into<BoxError>,
{
    /// # Panics
    ///
    /// When it is polled after it finished.
    pub(super) fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<S::Response, BoxError>> {
        let result = loop {
            match self.as_mut().project() {
                Projected::Reading { connection, header, service } => {
                    match ready!(poll_header(connection, header, cx)) {
                        Ok(connection) => {
                            let inner = service.call(connection);
                            self.set(Self::Handling { inner });
                        }
                        Err(error) => break Err(error.into()),
                    }
                }
                Projected::Handling { inner } => break ready!(inner.poll(cx)).map_err(Into::into),
                Projected::Refused { error } => {
                    break Err(error.take().expect("finished when it is taken").into());
                }
                Projected::Finished => panic!("polled after it finished"),
            }
        };
        self.set(Self::Finished);
        Poll::Ready(result)
    }
}

/// The same connection, which knows its client then. A proxy that is named by
/// another one has no say.
fn poll_header(
    reading: &mut Option<Connection>,
    header: &mut Incoming,
    cx: &mut Context<'_>,
) -> Poll<Result<Connection, Error>> {
    let connection = reading.as_mut().expect("taken when the header is there");
    let result = ready!(header.poll(connection, cx)).and_then(|header| {
        let is_first = connection.info().set_proxy_header(header);
        is_first.then_some(()).ok_or_else(|| failed("a proxy has sent one already"))
    });
    Poll::Ready(match result {
        Ok(()) => Ok(reading.take().expect("it is here")),
        Err(error) => Err(error.with_peer(connection.peer_address())),
    })
}
