use std::{io, net::SocketAddr};

use socket2::Socket;
use tokio::net::TcpListener;

use super::{TcpOptions, TcpServer, fast_open};
use crate::{
    Error, ErrorKind, IntoUri,
    refused::{Refused, set},
    runtime, uri,
};

/// Options of a [`TcpServer`].
#[derive(Clone, Debug)]
pub struct TcpServerBuilder {
    options: TcpOptions,
    backlog: u16,
    reuse_port: bool,
    only_v6: bool,
    freebind: bool,
    device: Option<String>,
    fast_open: Option<u16>,
    multipath: bool,
}

impl Default for TcpServerBuilder {
    fn default() -> Self {
        Self {
            options: TcpOptions::new(),
            backlog: 511,
            reuse_port: false,
            only_v6: false,
            freebind: false,
            device: None,
            fast_open: None,
            multipath: false,
        }
    }
}

impl TcpServerBuilder {
    /// Options of each accepted socket.
    pub fn options(mut self, options: TcpOptions) -> Self {
        self.options = options;
        self
    }

    /// How many connections wait in the kernel's queue (listen(2)), 511 by
    /// default; the kernel caps it at `net.core.somaxconn`.
    pub fn backlog(mut self, backlog: u16) -> Self {
        self.backlog = backlog;
        self
    }

    /// Lets several sockets listen on the same port (`SO_REUSEPORT`,
    /// socket(7)). Off by default.
    pub fn reuse_port(mut self, reuse_port: bool) -> Self {
        self.reuse_port = reuse_port;
        self
    }

    /// Whether `[::]` takes IPv6 only (`IPV6_V6ONLY`, ipv6(7)). Off by default:
    /// it takes IPv4 too.
    pub fn only_v6(mut self, only_v6: bool) -> Self {
        self.only_v6 = only_v6;
        self
    }

    /// Listens on an address that this machine does not have yet
    /// (`IP_FREEBIND`, ip(7)). Off by default.
    pub fn freebind(mut self, freebind: bool) -> Self {
        self.freebind = freebind;
        self
    }

    /// Accepts what comes in through this network device only
    /// (`SO_BINDTODEVICE`, socket(7)).
    pub fn device(mut self, name: impl Into<String>) -> Self {
        self.device = Some(name.into());
        self
    }

    /// Takes data along with the handshake from clients that have a cookie
    /// (`TCP_FASTOPEN`, tcp(7), RFC 7413), from at most `queue` of them at a
    /// time. Off by default; `net.ipv4.tcp_fastopen` has to allow it. Such data
    /// may be delivered twice.
    pub fn fast_open(mut self, queue: u16) -> Self {
        self.fast_open = Some(queue);
        self
    }

    /// Takes several paths at once from clients that ask for it (Multipath TCP,
    /// RFC 8684), plain TCP from all others. Off by default. Fails where the
    /// kernel has none (`EPROTONOSUPPORT`) or it is switched off
    /// (`ENOPROTOOPT`).
    pub fn multipath(mut self, multipath: bool) -> Self {
        self.multipath = multipath;
        self
    }

    /// Listens, as [`TcpServer::bind`] does.
    ///
    /// # Errors
    ///
    /// Those of [`TcpServer::bind`].
    pub async fn bind(&self, address: impl IntoUri) -> Result<TcpServer, Error> {
        let uri = address.into_uri()?;
        let address = uri::listen_address(&uri)?;
        runtime::require()?;
        self.listen(address)
            .and_then(|listener| Ok(TcpServer::from_listener(listener)?))
            .map_err(|refused| refused.into_error(ErrorKind::Listen).with_uri(uri))
    }

    fn listen(&self, address: SocketAddr) -> Result<TcpListener, Refused> {
        let socket = super::socket(address, self.multipath)?;
        self.prepare(&socket, address)?;
        socket.bind(&address.into())?;
        socket.listen(self.backlog.into())?;
        Ok(TcpListener::from_std(socket.into())?)
    }

    fn prepare(&self, socket: &Socket, address: SocketAddr) -> Result<(), Refused> {
        let only_v6 = address.is_ipv6().then_some(self.only_v6);
        set("SO_REUSEADDR", Some(true), |on| socket.set_reuse_address(on))?;
        set("SO_REUSEPORT", self.reuse_port.then_some(true), |on| socket.set_reuse_port(on))?;
        set("IPV6_V6ONLY", only_v6, |on| socket.set_only_v6(on))?;
        set("IP_FREEBIND", self.freebind.then_some(address), |to| set_freebind(socket, to))?;
        set("SO_BINDTODEVICE", self.device.as_deref().map(str::as_bytes), |name| {
            socket.bind_device(Some(name))
        })?;
        set("TCP_FASTOPEN", self.fast_open, |queue| fast_open::set_queue(socket, queue))?;
        self.options.apply(socket)
    }
}

fn set_freebind(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    if address.is_ipv6() { socket.set_freebind_v6(true) } else { socket.set_freebind_v4(true) }
}
