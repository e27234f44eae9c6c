use std::sync::atomic::Ordering;

use super::ConnectionInfo;

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionState {
    /// Open, ready for its handler.
    Open,
    /// Accepted, its handshake still running.
    Handshaking,
    /// Its descriptor is closed.
    Closed,
}

impl ConnectionInfo {
    /// How far it has come.
    pub fn state(&self) -> ConnectionState {
        ConnectionState::of(self.0.state.load(Ordering::Acquire))
    }

    pub(crate) fn set_state(&self, to: ConnectionState) {
        let from = self.0.state.swap(to as u8, Ordering::AcqRel);
        self.moved(ConnectionState::of(from), to);
    }

    /// Changes the state only where it still is `from`.
    pub(crate) fn change_state(&self, from: ConnectionState, to: ConnectionState) {
        let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
        if self.0.state.compare_exchange(from as u8, to as u8, success, failure).is_ok() {
            self.moved(from, to);
        }
    }

    fn moved(&self, from: ConnectionState, to: ConnectionState) {
        let Some(tally) = &self.0.tally else { return };
        tally.moved(from, to);
        if to == ConnectionState::Closed
            && let Some(key) = self.0.listed.take()
        {
            tally.open().remove(key);
        }
    }

    /// Whether the descriptor is closed.
    pub fn is_closed(&self) -> bool {
        self.state() == ConnectionState::Closed
    }
}

impl ConnectionState {
    fn of(state: u8) -> Self {
        match state {
            state if state == Self::Open as u8 => Self::Open,
            state if state == Self::Handshaking as u8 => Self::Handshaking,
            _ => Self::Closed,
        }
    }
}
