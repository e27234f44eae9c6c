//! Who is here.

mod entries;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{Notify, futures::OwnedNotified};

use self::entries::Entries;
pub(crate) use self::entries::{Key, KeySlot};
use crate::ConnectionInfo;

/// The connections that are open now, and how to ask them to go.
///
/// Every server owns one: a connection is in it from accept until its
/// descriptor is closed. Clones share it.
#[derive(Clone)]
pub struct Registry {
    own: Arc<Shared>,
    others: Arc<[Self]>,
}

#[derive(Default)]
struct Shared {
    connections: Mutex<Entries>,
    departed: Arc<Notify>,
    /// Whether anyone has ever waited for a departure. Most servers have nobody
    /// who does until they drain.
    awaited: AtomicBool,
}

impl Registry {
    /// An empty one.
    pub fn new() -> Self {
        Self::merged([])
    }

    /// Shows what the others have.
    pub(crate) fn merged(others: impl IntoIterator<Item = Self>) -> Self {
        Self { own: Arc::default(), others: others.into_iter().collect() }
    }

    /// How many connections are open.
    pub fn len(&self) -> usize {
        self.connections().len() + self.others.iter().map(Self::len).sum::<usize>()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The open connections now, the oldest first.
    pub fn list(&self) -> Vec<ConnectionInfo> {
        let mut list: Vec<_> = self.connections().iter().cloned().collect();
        list.extend(self.others.iter().flat_map(Self::list));
        list.sort_unstable_by_key(ConnectionInfo::id);
        list
    }

    /// The open connection with this id.
    pub fn get(&self, id: u64) -> Option<ConnectionInfo> {
        let own = self.connections().iter().find(|info| info.id() == id).cloned();
        own.or_else(|| self.others.iter().find_map(|other| other.get(id)))
    }

    /// Asks every connection that is open now to end, as
    /// [`ConnectionInfo::close`] does.
    pub fn close_all(&self, reason: &'static str) {
        for connection in self.list() {
            connection.close(reason);
        }
    }

    /// Waits until no connection is open.
    pub async fn emptied(&self) {
        while let Some(occupied) = self.first_occupied() {
            let departed = occupied.departed();
            if occupied.connections().len() > 0 {
                departed.await;
            }
        }
    }

    fn first_occupied(&self) -> Option<&Self> {
        if self.connections().len() > 0 {
            return Some(self);
        }
        self.others.iter().find_map(Self::first_occupied)
    }

    /// Lists it until its key is removed.
    pub(crate) fn insert(&self, connection: &ConnectionInfo) -> Key {
        self.connections().insert(connection.clone())
    }

    pub(crate) fn remove(&self, key: Key) {
        // Dropped outside the lock: its waker may be a task's last.
        let _info = self.connections().remove(key);
        if self.own.awaited.load(Ordering::SeqCst) {
            self.own.departed.notify_waiters();
        }
    }

    /// Completes when a connection has gone, counted from this call.
    pub(crate) fn departed(&self) -> OwnedNotified {
        self.own.awaited.store(true, Ordering::SeqCst);
        Arc::clone(&self.own.departed).notified_owned()
    }

    fn connections(&self) -> MutexGuard<'_, Entries> {
        self.own.connections()
    }
}

impl Shared {
    fn connections(&self) -> MutexGuard<'_, Entries> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Wake},
    };

    use tokio::io::{AsyncReadExt, DuplexStream, duplex};

    use super::*;
    use crate::{Address, Connection, tally::Tally};

    /// As executors do whose tasks go with their last waker.
    struct Task {
        _owns: Connection,
    }

    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }

    fn accepted(tally: &Arc<Tally>, io: DuplexStream) -> Connection {
        Connection::new(io, ConnectionInfo::accepted(None, tally))
    }

    #[test]
    fn the_last_waker_of_a_connection_may_own_another_one() {
        let tally = Arc::new(Tally::new(Address::Abstract(Vec::new())));
        let (near, far) = duplex(1);
        let mut connection = accepted(&tally, near);
        let waker = Arc::new(Task { _owns: accepted(&tally, duplex(1).0) }).into();
        let polled = pin!(connection.read_u8()).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        drop((waker, far));
        drop(connection);
        assert!(tally.open().is_empty());
    }
}
