use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use nix::errno::Errno;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::{net::TcpStream, runtime::Handle};
use tower_service::Service;

use super::{Connecting, TcpOptions};
use crate::{Connection, Error, ErrorKind, uri};

/// Connects to `tcp://` addresses.
///
/// A `Service<Uri>` that takes IP addresses only: host names are what
/// [`DnsLayer`](crate::layers::dns::DnsLayer) is for, and `tls://` is refused
/// because no TLS layer is above. Neither is ever attempted.
///
/// # Cancel safety
///
/// Dropping the future closes the socket.
#[derive(Clone, Debug, Default)]
pub struct TcpConnector {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
struct Settings {
    options: TcpOptions,
    bind: Option<SocketAddr>,
}

impl TcpConnector {
    /// Connects with `TCP_NODELAY` and an address the operating system chooses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Options of each socket.
    pub fn options(mut self, options: TcpOptions) -> Self {
        Arc::make_mut(&mut self.settings).options = options;
        self
    }

    /// Connects from this address; port 0 lets the operating system choose. A
    /// connect to the other address family, or from an address this machine
    /// does not have (`EADDRNOTAVAIL`), fails.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        Arc::make_mut(&mut self.settings).bind = Some(address);
        self
    }

    fn start(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
        self.settings.options.apply(SockRef::from(&socket))?;
        if let Some(bind) = self.settings.bind {
            socket.bind(&bind.into())?;
        }
        match socket.connect(&address.into()) {
            Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => Err(error),
            _ => TcpStream::from_std(socket.into()),
        }
    }

    fn connect(&self, uri: &Uri) -> Result<(TcpStream, SocketAddr), Error> {
        let address = uri::connect_address(uri)?;
        if Handle::try_current().is_err() {
            return Err(Error::invalid_input("no tokio runtime to connect on"));
        }
        let stream = self.start(address).map_err(|error| {
            Error::new(ErrorKind::Connect).with_peer(Some(address.into())).with_source(error)
        })?;
        Ok((stream, address))
    }
}

impl Service<Uri> for TcpConnector {
    type Response = Connection;
    type Error = Error;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let started = self.connect(&uri);
        Connecting::new(uri, started)
    }
}
