use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    task::{Context, Poll, ready},
};

use tokio::net::UnixListener;

use super::socket_file::SocketFile;
use crate::{
    Address,
    connection::Transport,
    server::{Accepted, Listen},
};

/// A listening Unix socket, and its file where that goes with it.
pub(super) struct Listening {
    // First: while the socket is open, no other file can get its inode number.
    file: Option<SocketFile>,
    socket: UnixListener,
}

impl Listening {
    pub(super) fn new(socket: UnixListener, file: Option<SocketFile>) -> Self {
        Self { file, socket }
    }
}

impl Listen for Listening {
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<Accepted> {
        let (stream, peer) = ready!(self.socket.poll_accept(cx))?;
        Poll::Ready(Ok((Transport::Unix(stream.into()), Address::from_unix(&peer.into()))))
    }

    fn descriptor(&self) -> io::Result<OwnedFd> {
        let descriptor = self.socket.as_fd().try_clone_to_owned()?;
        self.file.iter().for_each(SocketFile::keep);
        Ok(descriptor)
    }
}
