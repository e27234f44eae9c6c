use std::fmt;

use tokio::net::{TcpStream, UnixStream};

use super::{ConnectionInfo, held, owner, transport};

/// A [`Connection`](super::Connection) taken apart.
#[derive(Debug)]
pub struct Parts {
    /// What carries the bytes.
    pub io: Io,
    /// The facts about the connection.
    pub info: ConnectionInfo,
    /// What has to live as long as `io`.
    pub held: Held,
}

impl Parts {
    pub(super) fn new(
        transport: transport::Transport,
        owner: owner::Owner,
        held: held::Held,
    ) -> Self {
        let info = owner.info().clone();
        let held = Held { _leaving: owner.leave(), _held: held };
        Self { io: Io::new(transport), info, held }
    }
}

/// What carried the bytes of a [`Connection`](super::Connection).
#[non_exhaustive]
pub enum Io {
    /// A TCP socket.
    Tcp(TcpStream),
    /// A Unix socket.
    Unix(UnixStream),
    /// TLS, or whatever else the connection was made of.
    Other(Box<dyn transport::Stream>),
}

impl Io {
    fn new(transport: transport::Transport) -> Self {
        match transport {
            transport::Transport::Tcp(stream) => Self::Tcp(stream),
            transport::Transport::Unix(stream) => Self::Unix(*stream),
            #[cfg(feature = "tls")]
            transport::Transport::Tls(stream) => Self::Other(stream),
            transport::Transport::Other(stream) => Self::Other(stream),
        }
    }
}

impl fmt::Debug for Io {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp(_) => "Tcp",
            Self::Unix(_) => "Unix",
            Self::Other(_) => "Other",
        })
    }
}

/// Everything a connection held. While it lives, registries list the
/// connection and limits count it.
#[must_use = "dropping this tells registries and limits that the connection is gone"]
pub struct Held {
    _leaving: owner::Leaving,
    _held: held::Held,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}
