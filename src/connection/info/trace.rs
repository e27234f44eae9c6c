//! What `tracing` learns of an accepted connection.

use tracing::Span;

use super::ConnectionInfo;
use crate::{Address, Error, tally::Tally};

impl ConnectionInfo {
    /// A span with the connection's id and addresses, in which its handshake
    /// runs. A handler enters it too:
    ///
    /// ```
    /// use tower_socket::Connection;
    /// use tracing::Instrument;
    ///
    /// async fn handle(connection: Connection) {
    ///     tracing::info!("hello");
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let connection = Connection::from(tokio::io::duplex(1).0);
    /// let span = connection.info().span();
    /// tokio::spawn(handle(connection).instrument(span));
    /// # }
    /// ```
    ///
    /// It is called `connection`, of the level `DEBUG` and the target
    /// `tower_socket`, with the fields `id`, `peer` and `listener`. A connection
    /// that was not accepted has none that is enabled.
    pub fn span(&self) -> Span {
        self.0.span.clone()
    }
}

pub(super) fn connection(id: u64, peer: Option<&Address>, tally: Option<&Tally>) -> Span {
    let Some(tally) = tally else { return Span::none() };
    tracing::debug_span!(
        target: "tower_socket",
        "connection",
        id,
        peer = peer.map(tracing::field::display),
        listener = %tally.listener(),
    )
}

pub(super) fn failed(span: &Span, error: &Error) {
    let kind = error.kind().name();
    span.in_scope(|| {
        tracing::debug!(
            name: "connection_failed",
            target: "tower_socket",
            { kind, error_message = %error },
            "connection_failed"
        );
    });
}
