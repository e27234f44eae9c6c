use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::{SockAddr, Socket};
use tokio::{
    net::UnixStream,
    time::{Instant, Sleep, sleep},
};

const FIRST: Duration = Duration::from_millis(1);
const LAST: Duration = Duration::from_millis(50);

/// Waits for a place in a server's full queue. Nothing tells when there is one.
pub(super) struct Waiting {
    socket: Socket,
    address: SockAddr,
    delay: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Waiting {
    pub(super) fn new(socket: Socket, address: SockAddr) -> Self {
        Self { socket, address, delay: FIRST, sleep: Box::pin(sleep(FIRST)) }
    }

    pub(super) fn poll_connected(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            match self.socket.connect(&self.address) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait_longer(),
                connected => return Poll::Ready(connected),
            }
        }
    }

    fn wait_longer(&mut self) {
        self.delay = (self.delay * 2).min(LAST);
        self.sleep.as_mut().reset(Instant::now() + self.delay);
    }

    pub(super) fn into_stream(self) -> io::Result<UnixStream> {
        UnixStream::from_std(self.socket.into())
    }
}
