use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{Incoming, ServerBuilder, ServerHandle, merge::Merge};
use crate::{Connection, Error, IntoUri};

/// Any server in a box.
pub(super) type Boxed = Pin<Box<dyn Incoming + Send>>;

/// Accepts connections on whatever a URI names: a stream of [`Connection`]s.
///
/// `tcp://` (or no scheme), `tls://`, `unix://`, an inherited descriptor
/// (`fd://3`) or a socket that systemd passes by name (`systemd://name`):
///
/// ```text
/// tcp://   Limit( LimitAccepted( AcceptRate( Access( Tcp ) ) ) )
/// tls://   Limit( Handshake( Timeout( TlsAcceptor ), LimitAccepted( AcceptRate( Access( Tcp ) ) ) ) )
/// unix://  Limit( LimitAccepted( AcceptRate( Access( Unix ) ) ) )
/// ```
///
/// and behind [proxies](ServerBuilder::proxy_protocol), which name the clients:
///
/// ```text
/// tcp://   Limit( LimitAccepted( AcceptRate( Access( Handshake( Timeout( ProxyHeader ), Tcp ) ) ) ) )
/// tls://   Limit( Handshake( Timeout( ProxyHeader( Access( AcceptRate( LimitAccepted( TlsAcceptor ) ) ) ) ), Tcp ) )
/// ```
///
/// ```
/// use tower_socket::{Incoming, Server};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_socket::Error> {
/// let mut server = Server::bind("127.0.0.1:0").await?;
/// println!("Listening on {}", server.handle().address().expect("it is open"));
/// # server.handle().close();
/// while let Some(accepted) = server.accept().await {
///     match accepted {
///         Ok(connection) => println!("[{:?} connected]", connection.peer_address()),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// It listens when [`bind`](Self::bind) returns and accepts only when polled.
/// Errors are items, one connection that was not to be each, and never its
/// end; it ends after [`ServerHandle::close`]. Dropping it stops listening and
/// ends the handshakes that are running; connections it has yielded stay open.
pub struct Server(Boxed);

impl Server {
    /// Listens on what `uri` names, with the defaults. `8080` is
    /// `tcp://127.0.0.1:8080`; port 0 lets the operating system choose.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for host names (nothing is resolved for listening), for
    /// other schemes, and for `tls://`, which needs a certificate:
    /// [`Server::builder`]. `Listen` with what the operating system said.
    pub async fn bind(uri: impl IntoUri) -> Result<Self, Error> {
        Self::builder().bind(uri).await
    }

    /// Several servers as one, accepting in turn: `tcp://` beside `tls://`, or
    /// IPv4 beside IPv6. Its handle controls them all and lists the connections
    /// of all; it ends when all of them have ended.
    ///
    /// ```
    /// use tower_socket::{Incoming, Server};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tower_socket::Error> {
    /// let servers = [Server::bind("127.0.0.1:0").await?, Server::bind("127.0.0.2:0").await?];
    /// let server = Server::merge(servers);
    /// assert_eq!(server.handle().addresses().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn merge<S>(servers: impl IntoIterator<Item = S>) -> Self
    where
        S: Incoming + Send + 'static,
    {
        let servers = servers.into_iter().map(|server| Box::pin(server) as Boxed).collect();
        Self::new(Box::pin(Merge::new(servers)))
    }

    /// Sets options, certificates and limits first.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::new()
    }

    pub(super) fn new(server: Boxed) -> Self {
        Self(server)
    }
}

impl Stream for Server {
    type Item = Result<Connection, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl Incoming for Server {
    fn handle(&self) -> ServerHandle {
        self.0.handle()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("handle", &self.handle()).finish()
    }
}
