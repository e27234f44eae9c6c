use std::time::Duration;

/// What becomes of the connection that is one too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// It is not accepted: it waits in the kernel's queue, and once that is
    /// full ([`backlog`](crate::tcp::TcpServerBuilder::backlog)) so does the
    /// client's connect. A service is not ready meanwhile.
    ///
    /// What shows only after accepting, whose connection it is, cannot wait:
    /// there it is closed.
    Wait,
    /// It is closed: a client reads the end. One that has sent something
    /// reads a reset, as TCP has it (RFC 2525 §2.17).
    #[default]
    Close,
    /// A TCP connection is reset (`SO_LINGER` of 0, socket(7)), which leaves no
    /// `TIME_WAIT` behind; any other is closed.
    Reset,
    /// It is left open, and unanswered, for so long and then closed: whoever
    /// connects again at once does so less often. It is closed earlier when
    /// its client goes, or sends more than 16 KiB.
    ///
    /// 512 of a layer's connections are left open at a time, but at most a
    /// quarter of the descriptors this process may open (`RLIMIT_NOFILE`,
    /// getrlimit(2)); one more is closed at once. They are in the list of
    /// their server, and take no place at any limit. Outside of a tokio
    /// runtime they are closed at once.
    CloseAfter(Duration),
}
