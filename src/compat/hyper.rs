//! hyper and hyper-util, with the feature `hyper`.
//!
//! # Clients
//!
//! Every connector of ours is what hyper-util's `Client` takes, for `http://`
//! and `https://`; a stack with tower's own layers in it becomes one by
//! [`Connector::from_service`](crate::Connector::from_service). Where TLS
//! agrees on `h2` (ALPN, RFC 7301) the pool speaks HTTP/2. Each response has
//! the [`ConnectionInfo`](crate::ConnectionInfo) in its extensions.
//!
//! ```no_run
//! # #[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
//! # async fn example() -> Result<(), tower_socket::BoxError> {
//! use bytes::Bytes;
//! use http_body_util::Empty;
//! use hyper_util::{client::legacy::Client, rt::TokioExecutor};
//! use tower_socket::{ConnectionInfo, Connector, layers::tls::ClientTls};
//!
//! let tls = ClientTls::builder().alpn(["h2", "http/1.1"]).build()?;
//! let connector = Connector::builder().tls(tls).build();
//! let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(connector);
//!
//! let response = client.get("https://example.com/".parse()?).await?;
//! let info = response.extensions().get::<ConnectionInfo>().expect("every response has one");
//! println!("{:?} from {:?}", response.version(), info.peer_address());
//! # Ok(())
//! # }
//! ```
//!
//! The pool hands on scheme and authority only. A Unix socket is therefore
//! named in the authority, as [`IntoUri`](crate::IntoUri) writes it, or by a
//! [`FixedUriLayer`](crate::layers::FixedUriLayer), which leaves the `Host`
//! header what it was. Options of a socket belong to the connector.
//!
//! # Servers
//!
//! A [`Connection`] goes into hyper's and hyper-util's connection builders as it
//! is. [`ServerHandle::draining`](crate::ServerHandle::draining) tells when to
//! shut it down gracefully:
//!
//! ```no_run
//! use std::{convert::Infallible, pin::pin};
//!
//! use bytes::Bytes;
//! use http_body_util::Full;
//! use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
//! use tower_socket::{BoxError, Connection, ServerHandle};
//!
//! async fn hello(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new("hello\n".into()))
//! }
//!
//! async fn handle(connection: Connection, server: ServerHandle) -> Result<(), BoxError> {
//!     let serving = http1::Builder::new().serve_connection(connection, service_fn(hello));
//!     let mut serving = pin!(serving);
//!     tokio::select! {
//!         served = &mut serving => served?,
//!         () = server.draining() => {
//!             serving.as_mut().graceful_shutdown();
//!             serving.await?;
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! What an upgrade gives back, `hyper::upgrade::Upgraded`, is a `Connection`
//! again by `downcast`; what it held, it still holds.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::ReadBufCursor;
use hyper_util::{
    client::legacy::connect::{Connected, Connection as Connect},
    rt::TokioIo,
};
use tokio::io::AsyncWrite;

use crate::Connection;

impl hyper::rt::Read for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut io = TokioIo::new(self.get_mut());
        hyper::rt::Read::poll_read(Pin::new(&mut io), cx, buf)
    }
}

impl hyper::rt::Write for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self, cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_shutdown(self, cx)
    }

    fn is_write_vectored(&self) -> bool {
        AsyncWrite::is_write_vectored(self)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write_vectored(self, cx, bufs)
    }
}

/// Tells hyper-util's client that HTTP/2 was agreed on (ALPN `h2`), and puts
/// the [`ConnectionInfo`](crate::ConnectionInfo) into the extensions of each
/// response.
impl Connect for Connection {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(self.info().clone());
        #[cfg(feature = "tls")]
        if self.info().tls().and_then(|tls| tls.alpn_protocol()) == Some(b"h2") {
            return connected.negotiated_h2();
        }
        connected
    }
}
