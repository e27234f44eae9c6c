use std::{io, time::Duration};

use socket2::{Domain, Socket};

use super::Keepalive;
use crate::refused::{Refused, set};

/// Options of a TCP socket, for both sides.
///
/// An option that is not set stays as the operating system has it. One that
/// the operating system refuses is an error of the connect or bind that sets
/// it, and the error names the option.
///
/// A server sets them once, on the listening socket, from which Linux hands
/// them down to the accepted ones.
/// [`Connection::set_tcp_options`](crate::Connection::set_tcp_options) sets
/// them later.
#[derive(Clone, Debug)]
pub struct TcpOptions {
    nodelay: bool,
    keepalive: Option<Keepalive>,
    user_timeout: Option<Duration>,
    send_buffer_size: Option<usize>,
    recv_buffer_size: Option<usize>,
    traffic_class: Option<u8>,
    mark: Option<u32>,
    zero_linger: bool,
    congestion_control: Option<String>,
}

impl TcpOptions {
    /// `TCP_NODELAY` on, everything else as the operating system has it.
    pub const fn new() -> Self {
        Self {
            nodelay: true,
            keepalive: None,
            user_timeout: None,
            send_buffer_size: None,
            recv_buffer_size: None,
            traffic_class: None,
            mark: None,
            zero_linger: false,
            congestion_control: None,
        }
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`, tcp(7)). On by
    /// default.
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = nodelay;
        self
    }

    /// Probes a silent peer (`SO_KEEPALIVE`, socket(7)). Off by default.
    pub fn keepalive(mut self, keepalive: Keepalive) -> Self {
        self.keepalive = Some(keepalive);
        self
    }

    /// How long sent data may stay without an acknowledgement before the
    /// connection is given up (`TCP_USER_TIMEOUT`, tcp(7) and RFC 5482), in
    /// whole milliseconds.
    pub fn user_timeout(mut self, user_timeout: Duration) -> Self {
        self.user_timeout = Some(user_timeout);
        self
    }

    /// Bytes the kernel keeps for sending (`SO_SNDBUF`, socket(7)). Linux
    /// doubles the number, caps it at `net.core.wmem_max` and stops adjusting
    /// the size by itself.
    pub fn send_buffer_size(mut self, bytes: usize) -> Self {
        self.send_buffer_size = Some(bytes);
        self
    }

    /// Bytes the kernel keeps for reading (`SO_RCVBUF`, socket(7)). Linux
    /// doubles the number, caps it at `net.core.rmem_max` and stops adjusting
    /// the size by itself.
    pub fn recv_buffer_size(mut self, bytes: usize) -> Self {
        self.recv_buffer_size = Some(bytes);
        self
    }

    /// The DSCP in the upper six bits (RFC 2474), for both address families
    /// (`IP_TOS`, ip(7), and `IPV6_TCLASS`, ipv6(7)). The lower two bits are
    /// ECN's and stay the kernel's.
    pub fn traffic_class(mut self, traffic_class: u8) -> Self {
        self.traffic_class = Some(traffic_class);
        self
    }

    /// Marks each packet for routing and filtering (`SO_MARK`, socket(7)).
    /// Needs `CAP_NET_ADMIN` or `CAP_NET_RAW`.
    pub fn mark(mut self, mark: u32) -> Self {
        self.mark = Some(mark);
        self
    }

    /// Closing throws away what was not sent yet and resets the connection
    /// (`SO_LINGER` with 0 seconds, socket(7)). Off by default. More seconds
    /// cannot be asked for: they block the thread in close(2).
    pub fn zero_linger(mut self, zero_linger: bool) -> Self {
        self.zero_linger = zero_linger;
        self
    }

    /// The congestion control algorithm by its name, `"cubic"` or `"reno"`
    /// (`TCP_CONGESTION`, tcp(7)). Which ones may be used stands in
    /// `net.ipv4.tcp_allowed_congestion_control`.
    pub fn congestion_control(mut self, name: impl Into<String>) -> Self {
        self.congestion_control = Some(name.into());
        self
    }

    pub(crate) fn apply(&self, socket: &Socket) -> Result<(), Refused> {
        let linger = self.zero_linger.then_some(Duration::ZERO);
        let congestion = self.congestion_control.as_deref().map(str::as_bytes);
        set("TCP_NODELAY", Some(self.nodelay), |on| socket.set_tcp_nodelay(on))?;
        set("SO_KEEPALIVE", self.keepalive, |keepalive| {
            socket.set_tcp_keepalive(&keepalive.parameters())
        })?;
        set("TCP_USER_TIMEOUT", self.user_timeout, |t| socket.set_tcp_user_timeout(Some(t)))?;
        set("SO_SNDBUF", self.send_buffer_size, |bytes| socket.set_send_buffer_size(bytes))?;
        set("SO_RCVBUF", self.recv_buffer_size, |bytes| socket.set_recv_buffer_size(bytes))?;
        set("IP_TOS", self.traffic_class, |class| set_traffic_class(socket, class.into()))?;
        set("SO_MARK", self.mark, |mark| socket.set_mark(mark))?;
        set("SO_LINGER", linger, |zero| socket.set_linger(Some(zero)))?;
        set("TCP_CONGESTION", congestion, |name| socket.set_tcp_congestion(name))
    }
}

/// A socket for IPv6 may carry IPv4 too.
fn set_traffic_class(socket: &Socket, class: u32) -> io::Result<()> {
    if socket.domain()? == Domain::IPV6 {
        socket.set_tclass_v6(class)?;
    }
    socket.set_tos_v4(class)
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self::new()
    }
}
