use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::{Plaintext, opening::Opening};
use crate::{
    Connection, ConnectionInfo, Error, IntoUri,
    layers::tls::{error::failed, handshake::Handshake},
};

/// Future of [`StartTls`](super::StartTls). Dropping it closes the connection.
///
/// # Panics
///
/// When it is polled after it finished.
#[must_use = "futures do nothing unless polled"]
pub struct Upgrading<P> {
    stage: Stage<P>,
    opening: Opening,
    info: ConnectionInfo,
}

enum Stage<P> {
    // ## Plain => (Handshaking | Finished)
    Plain(P),
    // ## Handshaking => Finished
    Handshaking(Handshake),
    Finished,
}

impl<P: Plaintext> Upgrading<P> {
    pub(super) fn new(plaintext: P, opening: Opening) -> Self {
        let info = plaintext.connection().info().clone();
        Self { stage: Stage::Plain(plaintext), opening, info }
    }

    /// The error has neither URI nor peer.
    fn poll_stages(&mut self, cx: &mut Context<'_>) -> Poll<Result<Connection, Error>> {
        loop {
            match &mut self.stage {
                Stage::Plain(plaintext) => {
                    ready!(plaintext.poll_flush(cx)).map_err(failed)?;
                    let hello = ready!(self.opening.poll(cx))?;
                    if let Stage::Plain(plain) = mem::replace(&mut self.stage, Stage::Finished) {
                        self.stage = Stage::Handshaking(hello.say(plain, cx)?);
                    }
                }
                Stage::Handshaking(handshake) => return handshake.poll(cx),
                Stage::Finished => panic!("polled after it finished"),
            }
        }
    }

    /// A client had connected to its peer; a server's peer came from there.
    fn show(&self, error: Error) -> Error {
        let peer = self.info.peer_address();
        let uri = peer.as_ref().filter(|_| self.opening.is_client());
        match uri.and_then(|address| address.into_uri().ok()) {
            Some(uri) => error.passing(uri).with_peer(peer),
            None => error.with_peer(peer),
        }
    }
}

impl<P: Plaintext> Future for Upgrading<P> {
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let result = ready!(this.poll_stages(cx));
        this.stage = Stage::Finished;
        Poll::Ready(result.map_err(|error| this.show(error)))
    }
}

impl<P> fmt::Debug for Upgrading<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrading").field("info", &self.info).finish_non_exhaustive()
    }
}
