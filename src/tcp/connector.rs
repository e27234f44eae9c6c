use std::{
    io,
    net::{SocketAddr, SocketAddrV4, SocketAddrV6},
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use nix::{
    errno::Errno,
    sys::socket::{setsockopt, sockopt::IpBindAddressNoPort},
};
use socket2::Socket;
use tokio::net::TcpStream;
use tower_service::Service;

use super::{Connecting, TcpOptions, fast_open};
use crate::{
    Connection, Error, ErrorKind,
    refused::{Refused, set},
    runtime, uri,
};

/// Connects to `tcp://` addresses.
///
/// A `Service<Uri>` that takes IP addresses only: host names are what
/// [`DnsLayer`](crate::layers::dns::DnsLayer) is for, and `tls://` is refused
/// because no TLS layer is above. Neither is ever attempted, nor is port 0.
/// Path and query are ignored.
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
    bind_v4: Option<SocketAddrV4>,
    bind_v6: Option<SocketAddrV6>,
    device: Option<String>,
    fast_open: bool,
    multipath: bool,
}

impl TcpConnector {
    /// Connects with `TCP_NODELAY` and an address the operating system chooses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Options of each socket.
    pub fn options(mut self, options: TcpOptions) -> Self {
        self.settings().options = options;
        self
    }

    /// Connects from this address; port 0 lets the operating system choose.
    ///
    /// There can be one for each address family. Where there is one, a connect
    /// to the other family fails (`EAFNOSUPPORT`), and so does one from an
    /// address this machine does not have (`EADDRNOTAVAIL`), before any packet
    /// is sent.
    pub fn bind(mut self, address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(address) => self.settings().bind_v4 = Some(address),
            SocketAddr::V6(address) => self.settings().bind_v6 = Some(address),
        }
        self
    }

    /// Connects through this network device only (`SO_BINDTODEVICE`,
    /// socket(7)).
    pub fn device(mut self, name: impl Into<String>) -> Self {
        self.settings().device = Some(name.into());
        self
    }

    /// Sends the first write with the handshake where the server gave a cookie
    /// before (`TCP_FASTOPEN_CONNECT`, tcp(7), RFC 7413). Off by default.
    ///
    /// With a cookie the connect succeeds before anything is sent: an error of
    /// the handshake comes from the first write. Only for protocols in which
    /// the client speaks first: without a write the server never hears of the
    /// client. Data sent this way may be delivered twice.
    pub fn fast_open(mut self, fast_open: bool) -> Self {
        self.settings().fast_open = fast_open;
        self
    }

    /// Uses several paths at once where the server can (Multipath TCP, RFC
    /// 8684), else plain TCP. Off by default. Fails where the kernel has none
    /// (`EPROTONOSUPPORT`) or it is switched off (`ENOPROTOOPT`).
    pub fn multipath(mut self, multipath: bool) -> Self {
        self.settings().multipath = multipath;
        self
    }

    fn settings(&mut self) -> &mut Settings {
        Arc::make_mut(&mut self.settings)
    }

    fn connect(&self, uri: &Uri) -> Result<(TcpStream, SocketAddr), Error> {
        let address = uri::connect_address(uri)?;
        runtime::require()?;
        let started = self.settings.start(address);
        let stream = started.map_err(|refused| {
            refused.into_error(ErrorKind::Connect).with_peer(Some(address.into()))
        })?;
        Ok((stream, address))
    }
}

impl Settings {
    fn start(&self, address: SocketAddr) -> Result<TcpStream, Refused> {
        let socket = super::socket(address, self.multipath)?;
        self.options.apply(&socket)?;
        set("SO_BINDTODEVICE", self.device.as_ref(), |name| {
            socket.bind_device(Some(name.as_bytes()))
        })?;
        set("TCP_FASTOPEN_CONNECT", self.fast_open.then_some(()), |()| {
            fast_open::set_connect(&socket)
        })?;
        if let Some(source) = self.source(address)? {
            bind(&socket, source)
                .map_err(|error| Refused::new(format!("cannot bind to {source}"), error))?;
        }
        match socket.connect(&address.into()) {
            Err(error) if error.raw_os_error() != Some(Errno::EINPROGRESS as i32) => {
                Err(error.into())
            }
            _ => Ok(TcpStream::from_std(socket.into())?),
        }
    }

    /// Where to connect from.
    fn source(&self, address: SocketAddr) -> io::Result<Option<SocketAddr>> {
        let (v4, v6) = (self.bind_v4.map(Into::into), self.bind_v6.map(Into::into));
        let (same, other) = if address.is_ipv4() { (v4, v6) } else { (v6, v4) };
        match (same, other) {
            (None, Some(_)) => Err(Errno::EAFNOSUPPORT.into()),
            (source, _) => Ok(source),
        }
    }
}

fn bind(socket: &Socket, source: SocketAddr) -> io::Result<()> {
    if source.port() == 0 {
        // Connections to different places may then share a port. Where the
        // kernel cannot do that, nothing else changes.
        let _ = setsockopt(socket, IpBindAddressNoPort, &true);
    }
    socket.bind(&source.into())
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
