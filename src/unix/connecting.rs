use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use tokio::net::UnixStream;

use super::waiting::Waiting;
use crate::{Address, Connection, ConnectionInfo, Error, ErrorKind, connection::Transport};

/// Future of [`UnixConnector`](super::UnixConnector). Dropping it closes the
/// socket.
#[must_use = "futures do nothing unless polled"]
pub struct Connecting {
    uri: Uri,
    state: State,
}

pub(super) enum State {
    Connected(UnixStream, Address),
    Waiting(Box<Waiting>, Address),
    Failed(Error),
    Done,
}

impl Connecting {
    pub(super) fn new(uri: Uri, state: State) -> Self {
        Self { uri, state }
    }
}

impl Future for Connecting {
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let result = match std::mem::replace(&mut this.state, State::Done) {
            State::Connected(stream, peer) => Ok(connection(stream, peer)),
            State::Waiting(mut waiting, peer) => match waiting.poll_connected(cx) {
                Poll::Pending => {
                    this.state = State::Waiting(waiting, peer);
                    return Poll::Pending;
                }
                Poll::Ready(connected) => match connected.and_then(|()| waiting.into_stream()) {
                    Ok(stream) => Ok(connection(stream, peer)),
                    Err(error) => Err(failed(peer, error)),
                },
            },
            State::Failed(error) => Err(error),
            State::Done => panic!("`Connecting` polled after completion"),
        };
        Poll::Ready(result.map_err(|error| error.with_uri(std::mem::take(&mut this.uri))))
    }
}

fn connection(stream: UnixStream, peer: Address) -> Connection {
    Connection::from_transport(Transport::Unix(stream.into()), ConnectionInfo::new(Some(peer)))
}

pub(super) fn failed(peer: Address, error: io::Error) -> Error {
    Error::new(ErrorKind::Connect).with_peer(Some(peer)).with_source(error)
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").field("uri", &self.uri).finish_non_exhaustive()
    }
}
