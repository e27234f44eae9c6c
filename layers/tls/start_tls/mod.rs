//! Upgrading a plain connection after a few words in its own protocol.

mod future;
mod opening;
mod plaintext;

use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use tower_service::Service;

use self::opening::Opening;
pub use self::{future::Upgrading, plaintext::Plaintext};
use super::{ClientTls, ServerTls, config::Configuring, server_name};
use crate::{Connection, Error};

/// Changes a connection from plain text to TLS, on either side.
///
/// For protocols that begin in plain text and agree to encrypt: SMTP, IMAP,
/// POP3, FTP, LDAP, XMPP, PostgreSQL. It takes the [`Connection`] itself, or
/// what it was read through, a [`BufReader`](tokio::io::BufReader), say, see
/// [`Plaintext`]. What was written before is flushed first. What is left comes
/// back as the same connection, encrypted: its facts, its place in a registry
/// and what it holds stay.
///
/// It is a `Service<Connection>` too, for tower's layers around it. It has no
/// deadline of its own.
///
/// ```no_run
/// use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
/// use tower_socket::{
///     Connector,
///     layers::tls::{ClientTls, StartTls},
/// };
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let start_tls = StartTls::client(ClientTls::new(), "mail.example.com")?;
/// let mut smtp = BufReader::new(Connector::new().connect("mail.example.com:587").await?);
/// let mut reply = String::new();
/// smtp.read_line(&mut reply).await?;
/// smtp.write_all(b"STARTTLS\r\n").await?;
/// smtp.read_line(&mut reply).await?;
/// assert!(reply.ends_with("220 ready\r\n"));
/// let smtp = BufReader::new(start_tls.upgrade(smtp).await?);
/// # Ok(())
/// # }
/// ```
///
/// # Plain text that came too early
///
/// Whoever is between the two ends can add plain text behind the last reply or
/// the last command; a program that kept such bytes would take them for
/// encrypted ones (CVE-2011-0411, the "STARTTLS injection"). So nothing that
/// was read ahead is carried over: it fails the upgrade. So does, on the
/// client's side, what waits in the socket before the client has said its
/// hello, since a server never speaks first in TLS:
///
/// ```text
/// connection to tcp://192.0.2.1:587 failed during TLS handshake: plain text arrived before TLS began
/// ```
///
/// # Errors
///
/// That one, and those of [`TlsLayer`](super::TlsLayer) and
/// [`TlsAcceptor`](super::TlsAcceptor). The connection is closed.
#[derive(Clone, Debug)]
pub struct StartTls(Side);

#[derive(Clone, Debug)]
enum Side {
    Client { tls: ClientTls, name: ServerName<'static> },
    Server(ServerTls),
}

impl StartTls {
    /// The side that asks for TLS. `server_name`, a host name or an IP address,
    /// is asked for and verified, unless the configuration has
    /// [a name of its own](super::ClientTlsBuilder::server_name).
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for what no certificate
    /// can be for.
    pub fn client(tls: ClientTls, server_name: &str) -> Result<Self, Error> {
        let name = match tls.server_name() {
            Some(name) => name.clone(),
            None => server_name::parse(server_name)?,
        };
        Ok(Self(Side::Client { tls, name }))
    }

    /// The side that has the certificate.
    pub fn server(tls: ServerTls) -> Self {
        Self(Side::Server(tls))
    }

    /// The handshake. Call it when both sides have agreed: the client when it
    /// has read the server's last line, the server when it has written it.
    pub fn upgrade<P: Plaintext>(&self, plaintext: P) -> Upgrading<P> {
        let opening = match &self.0 {
            Side::Client { tls, name } => match Configuring::new(tls) {
                Ok(config) => Opening::Client { config, name: name.clone() },
                Err(error) => Opening::Failed(Some(error)),
            },
            Side::Server(tls) => Opening::Server(tls.clone()),
        };
        Upgrading::new(plaintext, opening)
    }
}

impl Service<Connection> for StartTls {
    type Response = Connection;
    type Error = Error;
    type Future = Upgrading<Connection>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, connection: Connection) -> Upgrading<Connection> {
        self.upgrade(connection)
    }
}
