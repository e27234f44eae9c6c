use std::io;

use socket2::SockRef;

/// Options of a TCP socket, for both sides.
///
/// An option the operating system refuses is an error of the connect or bind
/// that sets it.
#[derive(Clone, Debug)]
pub struct TcpOptions {
    nodelay: bool,
}

impl TcpOptions {
    /// `TCP_NODELAY` on, everything else as the operating system has it.
    pub fn new() -> Self {
        Self { nodelay: true }
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`, tcp(7)). On by
    /// default.
    pub fn nodelay(mut self, nodelay: bool) -> Self {
        self.nodelay = nodelay;
        self
    }

    pub(super) fn apply(&self, socket: SockRef<'_>) -> io::Result<()> {
        if self.nodelay {
            socket.set_tcp_nodelay(true)?;
        }
        Ok(())
    }
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self::new()
    }
}
