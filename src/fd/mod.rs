//! Servers on listening sockets that somebody else has opened: systemd, a
//! parent process, an older copy of this one.
//!
//! [`names`] tells what they are called. With the feature `hand-over` the
//! function `hand_over` passes them on: to a successor of this process, say, so
//! that a restart loses no connection.
//!
//! Under `systemd-socket-activate -l 8000`, or a `.socket` unit, the first one
//! is descriptor 3:
//!
//! ```no_run
//! use tower_socket::{FdServer, Incoming};
//!
//! # async fn serve() -> Result<(), tower_socket::Error> {
//! let mut server = FdServer::bind("fd://3").await?;
//! while let Some(connection) = server.accept().await {
//!     println!("{:?}", connection?.peer_address());
//! }
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "hand-over")]
mod hand_over;
mod number;
mod server;
mod systemd;

#[cfg(feature = "hand-over")]
#[cfg_attr(docsrs, doc(cfg(feature = "hand-over")))]
pub use self::hand_over::hand_over;
pub use self::{server::FdServer, systemd::names};
