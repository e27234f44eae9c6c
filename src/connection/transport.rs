use std::{
    fmt,
    os::fd::{AsFd, BorrowedFd},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};

use crate::Address;
#[cfg(feature = "tls")]
use crate::layers::tls::TlsStream;

/// What any other stream has to be.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// What carries the bytes.
pub(crate) enum Transport {
    Tcp(TcpStream),
    // In a box, or every TCP connection would be larger.
    Unix(Box<UnixStream>),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream>),
    Other(Box<dyn Stream>),
}

impl Transport {
    pub(super) fn local_address(&self) -> Option<Address> {
        match self {
            Self::Tcp(stream) => stream.local_addr().ok().map(Address::Tcp),
            Self::Unix(stream) => Address::from_unix(&stream.local_addr().ok()?.into()),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => tls.get_ref().transport.local_address(),
            Self::Other(_) => None,
        }
    }

    pub(super) fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::Tcp(stream) => Some(stream.as_fd()),
            Self::Unix(stream) => Some(stream.as_fd()),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => tls.get_ref().as_fd(),
            Self::Other(_) => None,
        }
    }

    pub(super) fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Self::Tcp(stream) => Some(stream),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => tls.get_ref().tcp(),
            _ => None,
        }
    }

    pub(super) fn unix(&self) -> Option<&UnixStream> {
        match self {
            Self::Unix(stream) => Some(stream),
            #[cfg(feature = "tls")]
            Self::Tls(tls) => tls.get_ref().unix(),
            _ => None,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp(_) => "Tcp",
            Self::Unix(_) => "Unix",
            #[cfg(feature = "tls")]
            Self::Tls(_) => "Tls",
            Self::Other(_) => "Other",
        })
    }
}
