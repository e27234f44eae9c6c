use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tower_service::Service;

use super::{deadline::Running, handshake::Handshake};
use crate::{BoxError, Connection, ConnectionInfo};

pin_project! {
    /// Future of [`ReadProxyHeader`](super::ReadProxyHeader): the header, then
    /// the service below.
    ///
    /// Dropping it closes the connection, or drops the future below.
    ///
    /// # Panics
    ///
    /// When it is polled after it finished.
    #[must_use = "futures do nothing unless polled"]
    pub struct Reading<S, F> {
        #[pin]
        handshake: Handshake<S, F>,
        info: ConnectionInfo,
        deadline: Option<Running>,
    }
}

impl<S, F> Reading<S, F> {
    pub(super) fn new(
        handshake: Handshake<S, F>,
        info: ConnectionInfo,
        deadline: Option<Running>,
    ) -> Self {
        Self { handshake, info, deadline }
    }
}

impl<S> Future for Reading<S, S::Future>
where
    S: Service<Connection>,
    S::Error: Into<BoxError>,
{
    type Output = Result<S::Response, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let polled = this.handshake.as_mut().poll(cx);
        let Some(deadline) = this.deadline else { return polled };
        if polled.is_ready() {
            deadline.end();
            return polled;
        }
        let error = ready!(deadline.poll(this.handshake.reads_header(), cx));
        deadline.end();
        this.handshake.set(Handshake::Finished);
        Poll::Ready(Err(error.with_peer(this.info.peer_address()).into()))
    }
}

impl<S, F> fmt::Debug for Reading<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("info", &self.info).finish_non_exhaustive()
    }
}
