use std::{
    fmt, io, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::Uri;
use pin_project_lite::pin_project;
use tokio::io::AsyncWrite;

use crate::{
    Connection, Error,
    error::{GivenUp, give_up},
    proxy_header::broken,
};

pin_project! {
    /// Future of [`ProxyProtocol`](super::ProxyProtocol): a connection attempt,
    /// then the header.
    ///
    /// Dropping it drops the attempt below, or closes the connection.
    ///
    /// # Panics
    ///
    /// When it is polled after it finished.
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<F> {
        uri: Uri,
        #[pin]
        state: State<F>,
        header: Header,
    }

    impl<F> PinnedDrop for Connecting<F> {
        fn drop(this: Pin<&mut Self>) {
            if let State::Sending { .. } = this.state {
                give_up(|| GivenUp::in_phase("during the PROXY header"));
            }
        }
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        // ## Connecting => (Sending | Finished)
        Connecting { #[pin] inner: F },
        // ## Sending => Finished
        Sending { connection: Option<Connection> },
        Finished,
    }
}

struct Header {
    bytes: Arc<[u8]>,
    sent: usize,
}

impl<F> Connecting<F> {
    pub(super) fn new(inner: F, uri: Uri, header: Arc<[u8]>) -> Self {
        let header = Header { bytes: header, sent: 0 };
        Self { uri, state: State::Connecting { inner }, header }
    }
}

impl<F, E> Future for Connecting<F>
where
    F: Future<Output = Result<Connection, E>>,
    E: Into<Error>,
{
    type Output = Result<Connection, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = loop {
            match this.state.as_mut().project() {
                StateProjection::Connecting { inner } => match ready!(inner.poll(cx)) {
                    Ok(connection) => {
                        this.state.set(State::Sending { connection: Some(connection) });
                    }
                    Err(error) => break Err(error.into()),
                },
                StateProjection::Sending { connection } => {
                    let open = connection.as_mut().expect("taken when it is sent");
                    let sent = ready!(this.header.poll_send(open, cx));
                    let peer = open.peer_address();
                    let connection = connection.take().expect("it is here");
                    break sent.map(|()| connection).map_err(|error| broken(error).with_peer(peer));
                }
                StateProjection::Finished => panic!("polled after it finished"),
            }
        };
        this.state.set(State::Finished);
        Poll::Ready(result.map_err(|error| error.passing(mem::take(this.uri))))
    }
}

impl Header {
    fn poll_send(
        &mut self,
        connection: &mut Connection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let mut connection = Pin::new(connection);
        while self.sent < self.bytes.len() {
            let rest = &self.bytes[self.sent..];
            match ready!(AsyncWrite::poll_write(connection.as_mut(), cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.sent += written,
            }
        }
        AsyncWrite::poll_flush(connection, cx)
    }
}

impl<F> fmt::Debug for Connecting<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").field("uri", &self.uri).finish_non_exhaustive()
    }
}
