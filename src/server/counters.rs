use crate::{ErrorKind, tally::Tally};

/// What a server has counted since it was bound, as it was at one moment.
///
/// ```
/// use tower_socket::{Incoming, Server};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_socket::Error> {
/// let server = Server::bind("127.0.0.1:0").await?;
/// let counters = server.handle().counters();
/// println!("{} of {} are open", counters.open, counters.accepted);
/// for (reason, connections) in counters.rejected() {
///     println!("{connections} rejected: {}", reason.name());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # For `metrics`
///
/// With the feature `metrics` the same goes to the recorder of the `metrics`
/// crate, if one is installed before the first connection comes:
///
/// | name | | labels |
/// |---|---|---|
/// | `tower_socket_accepted_total` | counter | `listener` |
/// | `tower_socket_open` | gauge | `listener` |
/// | `tower_socket_handshaking` | gauge | `listener` |
/// | `tower_socket_rejected_total` | counter | `listener`, `reason` |
/// | `tower_socket_errors_total` | counter | `listener`, `kind` |
///
/// The listener is the address it was bound to, `tcp://0.0.0.0:443`, below TLS
/// too; a reason or kind is an [`ErrorKind::name`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Connections that were accepted, those turned away afterwards among them.
    pub accepted: u64,
    /// Connections that are open, in their handshake or after it.
    pub open: usize,
    /// Those of them that are in their handshake.
    pub handshaking: usize,
    failed: [u64; ErrorKind::ALL.len()],
}

impl Counters {
    pub(super) fn sum<'a>(tallies: impl Iterator<Item = &'a Tally>, open: usize) -> Self {
        let zero = Self { accepted: 0, open, handshaking: 0, failed: Default::default() };
        tallies.fold(zero, |mut sum, tally| {
            sum.accepted += tally.accepted();
            sum.handshaking += tally.handshaking();
            ErrorKind::ALL.iter().for_each(|&kind| sum.failed[kind as usize] += tally.failed(kind));
            sum
        })
    }

    /// Connections that were turned away, each reason that there was with their
    /// number: [`LimitReached`](ErrorKind::LimitReached) for example, or
    /// [`Evicted`](ErrorKind::Evicted).
    pub fn rejected(&self) -> impl Iterator<Item = (ErrorKind, u64)> + '_ {
        self.failed().filter(|(kind, _)| kind.is_rejection())
    }

    /// Connections that failed otherwise before they were yielded, each kind
    /// that there was with their number: [`Tls`](ErrorKind::Tls) for example,
    /// [`Timeout`](ErrorKind::Timeout), or [`Accept`](ErrorKind::Accept), which
    /// counts episodes.
    pub fn errors(&self) -> impl Iterator<Item = (ErrorKind, u64)> + '_ {
        self.failed().filter(|(kind, _)| !kind.is_rejection())
    }

    fn failed(&self) -> impl Iterator<Item = (ErrorKind, u64)> + '_ {
        let all = ErrorKind::ALL.iter().map(|&kind| (kind, self.failed[kind as usize]));
        all.filter(|(_, number)| *number > 0)
    }
}
