use std::{
    mem,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tower_service::Service;

use super::{Reading, TrustedProxies, deadline::Deadline, handshake::Handshake, trusted::Verdict};
use crate::{BoxError, Connection};

/// A `Service<Connection>` that knows the clients of trusted proxies. See the
/// [module](super::super) for details.
#[derive(Clone, Debug)]
pub struct ReadProxyHeader<S> {
    inner: S,
    proxies: Arc<TrustedProxies>,
    deadline: Option<Deadline>,
}

impl<S> ReadProxyHeader<S> {
    pub(super) fn new(inner: S, proxies: Arc<TrustedProxies>) -> Self {
        Self { inner, proxies, deadline: None }
    }

    /// One deadline over the header and the service below, which is called this
    /// in its error. Handshakes share its timer.
    pub(crate) fn within(mut self, duration: Duration, phase: &'static str) -> Self {
        self.deadline = Some(Deadline::new(duration, phase));
        self
    }

    inner_access!();
}

impl<S> Service<Connection> for ReadProxyHeader<S>
where
    S: Service<Connection> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Reading<S, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, connection: Connection) -> Reading<S, S::Future> {
        let info = connection.info().clone();
        let handshake = match self.proxies.verdict(&connection) {
            Verdict::ReadHeader => {
                // The one that is ready goes, its clone stays.
                let clone = self.inner.clone();
                let ready = mem::replace(&mut self.inner, clone);
                Handshake::reading(connection, self.proxies.longest(), ready)
            }
            Verdict::Pass => Handshake::calling(self.inner.call(connection)),
            Verdict::Refuse => Handshake::refused(&connection),
        };
        Reading::new(handshake, info, self.deadline.as_ref().map(Deadline::begin))
    }
}
