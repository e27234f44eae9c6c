use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use nix::errno::Errno;
use tokio::net::UnixListener;

use super::{UnixServerBuilder, listening::Listening};
use crate::{
    Address, Connection, Error, IntoUri,
    server::{Incoming, Listener, ServerHandle},
};

/// Accepts connections on a Unix socket: a stream of [`Connection`]s.
///
/// It listens when [`bind`](Self::bind) returns, and accepts only when polled.
/// Errors are items and never its end; it ends after
/// [`ServerHandle::close`]. Dropping it stops listening; connections it has
/// yielded stay open.
///
/// # The socket's file
///
/// A server takes the file away when it closes or is dropped, but only the
/// file that it made itself:
/// [`unlink_on_close(false)`](UnixServerBuilder::unlink_on_close) leaves it.
/// A server that was killed leaves its file behind, and binding to that fails
/// (`EADDRINUSE`) unless [`replace_stale`](UnixServerBuilder::replace_stale)
/// is on.
///
/// # Who is there
///
/// Clients rarely have an address, so
/// [`peer_address`](Connection::peer_address) is `None`;
/// [`peer_credentials`](Connection::peer_credentials) tells process, user and
/// group.
#[derive(Debug)]
pub struct UnixServer {
    listener: Listener<Listening>,
}

impl UnixServer {
    /// Listens on a path or an abstract name: `"/run/app.sock"`,
    /// `"unix://app.sock"`, `"unix://@app"`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for any other scheme and for a path of more than 107
    /// bytes (unix(7)); `Listen` with what the operating system said:
    /// `EADDRINUSE` where there is such a file already, `ENOENT` where its
    /// directory is missing, `EACCES` where that may not be written to.
    pub async fn bind(address: impl IntoUri) -> Result<Self, Error> {
        Self::builder().bind(address).await
    }

    /// Sets options first.
    pub fn builder() -> UnixServerBuilder {
        UnixServerBuilder::default()
    }

    pub(super) fn new(listening: Listening, address: Address) -> Self {
        Self { listener: Listener::new(listening, address) }
    }

    /// Its file is somebody else's.
    pub(crate) fn from_listener(listener: UnixListener) -> io::Result<Self> {
        let address = Address::from_unix(&listener.local_addr()?.into());
        Ok(Self::new(Listening::new(listener, None), address.ok_or(Errno::EINVAL)?))
    }
}

impl Stream for UnixServer {
    type Item = Result<Connection, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.get_mut().listener).poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.listener.size_hint()
    }
}

impl Incoming for UnixServer {
    fn handle(&self) -> ServerHandle {
        self.listener.handle()
    }
}
