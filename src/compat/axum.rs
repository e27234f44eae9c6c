//! axum 0.8, with the feature `axum-0_8`.
//!
//! Every server, with whatever layers over it, is what `axum::serve` takes:
//! TLS, client certificates, limits, Unix sockets, sockets from systemd, several
//! of them merged. `ConnectInfo` has the [`ConnectionInfo`] of its connection:
//! peer address, TLS facts, certificates.
//!
//! ```no_run
//! # #[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
//! # async fn example() -> Result<(), tower_socket::BoxError> {
//! use std::time::Duration;
//!
//! use axum::{Router, extract::ConnectInfo, routing::get};
//! use tower_socket::{
//!     ConnectionInfo, Incoming, Server,
//!     layers::tls::{Identity, ServerTls},
//! };
//!
//! async fn hello(ConnectInfo(info): ConnectInfo<ConnectionInfo>) -> String {
//!     format!("{:?} over {:?}\n", info.peer_address(), info.tls())
//! }
//!
//! let identity = Identity::pem_file("server.pem");
//! let tls = ServerTls::builder().identity(identity).alpn(["http/1.1"]).build()?;
//! let server = Server::builder().tls(tls).bind("tls://0.0.0.0:443").await?;
//!
//! let handle = server.handle();
//! let app = Router::new().route("/", get(hello));
//! let app = app.into_make_service_with_connect_info::<ConnectionInfo>();
//! let draining = handle.clone();
//! let serving = axum::serve(server, app)
//!     .with_graceful_shutdown(async move { draining.draining().await });
//! let serving = tokio::spawn(async move { serving.await });
//!
//! tokio::signal::ctrl_c().await?;
//! let drained = handle.drain(Duration::from_secs(10)).await;
//! println!("{} closed by force", drained.closed);
//! serving.await??;
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! axum cannot be told that a connection was not to be. A failed handshake and
//! one connection too many are passed over; with the feature `tracing` each is
//! an event `connection_refused` with its `error`, at the level `DEBUG`. Where
//! descriptors have run out, the server below waits, and goes on as soon as one
//! is free; tokio's listener in axum waits a second.
//!
//! # Ending
//!
//! axum has no end of its own. After [`ServerHandle::close`] nothing is accepted
//! and open connections go on; [`ServerHandle::drain`] with
//! [`ServerHandle::draining`] for axum's graceful shutdown, as above, asks them
//! to finish, and closes those that are left at the deadline.
//!
//! # `ConnectInfo<SocketAddr>`
//!
//! Rust forbids us to implement that. For middleware that insists on it:
//!
//! ```
//! use std::net::SocketAddr;
//!
//! use axum::{Router, extract::{ConnectInfo, Request}, middleware::map_request};
//! use tower_socket::ConnectionInfo;
//!
//! async fn socket_addr(mut request: Request) -> Request {
//!     let info = request.extensions().get::<ConnectInfo<ConnectionInfo>>();
//!     if let Some(address) = info.and_then(|info| info.0.peer_address()?.socket_addr()) {
//!         request.extensions_mut().insert(ConnectInfo(address));
//!     }
//!     request
//! }
//!
//! let app: Router = Router::new().layer(map_request(socket_addr));
//! ```
//!
//! [`ServerHandle::close`]: crate::ServerHandle::close
//! [`ServerHandle::drain`]: crate::ServerHandle::drain
//! [`ServerHandle::draining`]: crate::ServerHandle::draining

use std::{future::pending, io};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener, TapIo},
};
use tokio::task::coop::consume_budget;

#[cfg(feature = "proxy-protocol")]
use crate::layers::proxy_protocol::ProxyProtocolAccept;
#[cfg(feature = "rate-limit")]
use crate::layers::rate_limit::AcceptRate;
#[cfg(feature = "tls")]
use crate::layers::tls::TlsAccept;
use crate::{
    Address, Connection, ConnectionInfo, Error, FdServer, Incoming, Server, TcpServer, UnixServer,
    layers::{access::Access, handshake::Handshake, lifetime::Lifetime, limit::Limit},
};

/// Implements `Listener` for a server, and `Connected` for its connections,
/// tapped or not.
macro_rules! listener {
    ($server:ty $(, $generics:ident)*) => {
        /// Absorbs errors, and waits for ever once it is closed.
        impl<$($generics),*> Listener for $server
        where
            $server: Incoming + Send + Unpin + 'static,
        {
            type Io = Connection;
            /// `None` for a client without an address, as most have none on a
            /// Unix socket, and for a server that is closed.
            type Addr = Option<Address>;

            async fn accept(&mut self) -> (Connection, Option<Address>) {
                let connection = next(self).await;
                let peer = connection.peer_address();
                (connection, peer)
            }

            fn local_addr(&self) -> io::Result<Option<Address>> {
                Ok(self.handle().address())
            }
        }

        impl<$($generics),*> Connected<IncomingStream<'_, $server>> for ConnectionInfo
        where
            $server: Incoming + Send + Unpin + 'static,
        {
            fn connect_info(stream: IncomingStream<'_, $server>) -> Self {
                stream.io().info().clone()
            }
        }

        impl<$($generics,)* F> Connected<IncomingStream<'_, TapIo<$server, F>>> for ConnectionInfo
        where
            $server: Incoming + Send + Unpin + 'static,
            F: FnMut(&mut Connection) + Send + 'static,
        {
            fn connect_info(stream: IncomingStream<'_, TapIo<$server, F>>) -> Self {
                stream.io().info().clone()
            }
        }
    };
}

listener!(Server);
listener!(TcpServer);
listener!(UnixServer);
listener!(FdServer);
#[cfg(feature = "rate-limit")]
listener!(AcceptRate<S>, S);
listener!(Access<S>, S);
listener!(Handshake<S, T>, S, T);
listener!(Lifetime<S>, S);
listener!(Limit<S>, S);
#[cfg(feature = "proxy-protocol")]
listener!(ProxyProtocolAccept<S>, S);
#[cfg(feature = "tls")]
listener!(TlsAccept<S, T>, S, T);

/// The next connection that comes to be.
async fn next<S: Incoming + Unpin>(server: &mut S) -> Connection {
    loop {
        match server.accept().await {
            Some(Ok(connection)) => return connection,
            Some(Err(error)) => refused(&error),
            None => pending().await,
        }
        // Errors may be there without end; others are to run too.
        consume_budget().await;
    }
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
fn refused(error: &Error) {
    #[cfg(feature = "tracing")]
    tracing::debug!(name: "connection_refused", target: "tower_socket", { error = %error }, "connection_refused");
}
