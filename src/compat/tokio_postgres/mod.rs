//! tokio-postgres 0.7, with the feature `tokio-postgres-0_7`.
//!
//! `Config::connect_raw` takes a [`Connection`] to PostgreSQL over TCP or a Unix
//! socket, and a [`StartTls`] to encrypt it: PostgreSQL begins in plain text and
//! changes over. What tokio-postgres' own way of connecting lacks comes with the
//! connector: deadlines, Happy Eyeballs, resolvers, proxies.
//!
//! ```no_run
//! # #[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
//! # async fn example() -> Result<(), tower_socket::BoxError> {
//! use tokio_postgres::{Config, config::SslMode};
//! use tower_socket::{
//!     Connector,
//!     layers::tls::{ClientTls, StartTls},
//! };
//!
//! let connection = Connector::new().connect("db.example.com:5432").await?;
//! let tls = StartTls::client(ClientTls::new(), "db.example.com")?;
//!
//! let mut config = Config::new();
//! config.user("app").password("secret").dbname("app").ssl_mode(SslMode::Require);
//! let (client, session) = config.connect_raw(connection, tls).await?;
//! tokio::spawn(session);
//! let row = client.query_one("SELECT 'hello'", &[]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Say `SslMode::Require`: with `Prefer`, the default of tokio-postgres, whoever
//! is between the two ends can have everything in plain text. Without TLS,
//! `tokio_postgres::NoTls` takes the place of `tls`.
//!
//! A login by SCRAM is bound to the certificate of the server
//! (`tls-server-end-point`, RFC 5929), where that is signed with SHA-256 or
//! SHA-384, or with MD5 or SHA-1, and the feature `aws-lc-rs` or `ring` is on:
//! `ChannelBinding::Require` refuses a server that does not know it.

mod end_point;

use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::{
    Connection, Error,
    layers::tls::{StartTls, Upgrading},
};

/// The handshake after PostgreSQL has agreed to it.
impl TlsConnect<Connection> for StartTls {
    type Stream = Connection;
    type Error = Error;
    type Future = Upgrading<Connection>;

    fn connect(self, connection: Connection) -> Upgrading<Connection> {
        self.upgrade(connection)
    }
}

impl TlsStream for Connection {
    fn channel_binding(&self) -> ChannelBinding {
        let certificate = self.info().tls().and_then(|tls| tls.peer_certificates().first());
        match certificate.and_then(|certificate| end_point::of(certificate)) {
            Some(hash) => ChannelBinding::tls_server_end_point(hash),
            None => ChannelBinding::none(),
        }
    }
}
