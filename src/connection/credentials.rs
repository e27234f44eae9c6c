use tokio::net::UnixStream;

/// Who is at the other end of a Unix socket (`SO_PEERCRED`, unix(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PeerCredentials {
    /// The process; `None` for one outside this process' PID namespace.
    pub pid: Option<u32>,
    /// Its effective user.
    pub uid: u32,
    /// Its effective group.
    pub gid: u32,
}

impl PeerCredentials {
    pub(super) fn of(stream: &UnixStream) -> Option<Self> {
        let credentials = stream.peer_cred().ok()?;
        let pid = credentials.pid().and_then(|pid| u32::try_from(pid).ok());
        Some(Self {
            pid: pid.filter(|pid| *pid != 0),
            uid: credentials.uid(),
            gid: credentials.gid(),
        })
    }
}
