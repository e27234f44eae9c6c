use std::{
    io,
    task::{Context, Poll},
};

use http::Uri;
use socket2::{Domain, Socket, Type};
use tokio::net::UnixStream;
use tower_service::Service;

use super::{
    Connecting,
    connecting::{State, failed},
    socket_address,
    waiting::Waiting,
};
use crate::{Address, Connection, Error, runtime, uri};

/// Connects to Unix sockets: paths and abstract names.
///
/// A `Service<Uri>` for `unix://`; a URI without a scheme is a path, any other
/// scheme is refused.
///
/// Where the server's queue of waiting clients is full, it waits for a place,
/// as a blocking connect(2) does and as TCP does: it asks again after 1 ms,
/// doubling to 50 ms. A [`TimeoutLayer`](crate::layers::timeout::TimeoutLayer)
/// above limits that.
///
/// # Cancel safety
///
/// Dropping the future closes the socket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UnixConnector {}

impl UnixConnector {
    /// There is nothing to choose.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Service<Uri> for UnixConnector {
    type Response = Connection;
    type Error = Error;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let state = connect(&uri).unwrap_or_else(State::Failed);
        Connecting::new(uri, state)
    }
}

fn connect(uri: &Uri) -> Result<State, Error> {
    let address = uri::unix_address(uri)?;
    runtime::require()?;
    start(&address).map_err(|error| failed(address, error))
}

/// A Unix socket connects at once or not at all.
fn start(peer: &Address) -> io::Result<State> {
    let address = socket_address(peer)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None)?;
    match socket.connect(&address) {
        Ok(()) => Ok(State::Connected(UnixStream::from_std(socket.into())?, peer.clone())),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Ok(State::Waiting(Box::new(Waiting::new(socket, address)), peer.clone()))
        }
        Err(error) => Err(error),
    }
}
