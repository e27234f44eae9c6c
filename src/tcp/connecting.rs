use std::{
    fmt, io,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Poll, Waker, ready},
};

use http::Uri;
use tokio::{io::Interest, net::TcpStream};

use crate::{Address, Connection, ConnectionInfo, Error, ErrorKind, connection::Transport};

/// Future of [`TcpConnector`](super::TcpConnector). Dropping it closes the
/// socket.
#[must_use = "futures do nothing unless polled"]
pub struct Connecting {
    uri: Uri,
    state: State,
}

enum State {
    Connecting(TcpStream, SocketAddr),
    Failed(Error),
    Done,
}

impl Connecting {
    pub(super) fn new(uri: Uri, started: Result<(TcpStream, SocketAddr), Error>) -> Self {
        let state = match started {
            Ok((stream, address)) => State::Connecting(stream, address),
            Err(error) => State::Failed(error),
        };
        Self { uri, state }
    }
}

impl Future for Connecting {
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let writable = match &this.state {
            State::Connecting(stream, _) => ready!(stream.poll_write_ready(cx)),
            _ => Ok(()),
        };
        let result = match std::mem::replace(&mut this.state, State::Done) {
            State::Connecting(stream, address) => established(stream, address, writable),
            State::Failed(error) => Err(error),
            State::Done => panic!("`Connecting` polled after completion"),
        };
        Poll::Ready(result.map_err(|error| error.with_uri(std::mem::take(&mut this.uri))))
    }
}

fn established(
    stream: TcpStream,
    address: SocketAddr,
    writable: io::Result<()>,
) -> Result<Connection, Error> {
    let connected = outcome(&stream, writable);
    let peer = connected.and_then(|()| peer(&stream, address)).map_err(|error| {
        Error::new(ErrorKind::Connect).with_peer(Some(address.into())).with_source(error)
    })?;
    let info = ConnectionInfo::new(Some(Address::Tcp(peer)));
    Ok(Connection::from_transport(Transport::Tcp(stream), info))
}

/// The socket knows best why it failed. One that did not fail need not be asked:
/// epoll_ctl(2) reports errors beside what was waited for.
fn outcome(stream: &TcpStream, writable: io::Result<()>) -> io::Result<()> {
    let ready = pin!(stream.ready(Interest::WRITABLE | Interest::ERROR));
    match ready.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(ready)) if !ready.is_error() && !ready.is_write_closed() => writable,
        _ => stream.take_error()?.map_or(writable, Err),
    }
}

/// The address asked for, but `0.0.0.0` and `[::]` mean this machine: there
/// the socket knows better.
fn peer(stream: &TcpStream, address: SocketAddr) -> io::Result<SocketAddr> {
    if address.ip().is_unspecified() { stream.peer_addr() } else { Ok(address) }
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").field("uri", &self.uri).finish_non_exhaustive()
    }
}
