//! Addresses that nobody answers at.

use std::{
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use socket2::{Domain, Socket, Type};

/// A listening socket whose queue is full. The kernel ignores whoever comes
/// (listen(2)), so a connect to it stays under way.
#[derive(Debug)]
pub(crate) struct Silent {
    listening: Reserved,
    _queued: Vec<TcpStream>,
}

impl Silent {
    pub(crate) fn new() -> Self {
        let listening = Reserved::new();
        listening.0.listen(0).unwrap();
        let limit = Duration::from_millis(50);
        let connect = || TcpStream::connect_timeout(&listening.address(), limit).ok();
        let queued = std::iter::from_fn(connect).collect();
        Self { listening, _queued: queued }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listening.address()
    }
}

/// A port that nobody else gets, and at which nobody listens yet: a connect to
/// it is refused.
#[derive(Debug)]
pub(crate) struct Reserved(Socket);

impl Reserved {
    pub(crate) fn new() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        Self(socket)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap().as_socket().unwrap()
    }

    pub(crate) fn listen(&self) {
        self.0.listen(8).unwrap();
    }
}
