//! Servers on listening sockets that somebody else has opened: systemd, a
//! parent process, an older copy of this one.
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

mod number;
mod server;
mod systemd;

pub use self::server::FdServer;
