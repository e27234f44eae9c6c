//! Who is here.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, futures::OwnedNotified};

use crate::ConnectionInfo;

/// The connections that are open now, and how to ask them to go.
///
/// Every server owns one: a connection is in it from accept until its
/// descriptor is closed. Clones share it.
#[derive(Clone, Default)]
pub struct Registry(Arc<Shared>);

#[derive(Default)]
struct Shared {
    connections: Mutex<HashMap<u64, ConnectionInfo>>,
    departed: Arc<Notify>,
}

impl Registry {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many connections are open.
    pub fn len(&self) -> usize {
        self.connections().len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The open connections now, the oldest first.
    pub fn list(&self) -> Vec<ConnectionInfo> {
        let mut list: Vec<_> = self.connections().values().cloned().collect();
        list.sort_unstable_by_key(ConnectionInfo::id);
        list
    }

    /// The open connection with this id.
    pub fn get(&self, id: u64) -> Option<ConnectionInfo> {
        self.connections().get(&id).cloned()
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
        loop {
            let departed = self.departed();
            if self.is_empty() {
                return;
            }
            departed.await;
        }
    }

    pub(crate) fn insert(&self, connection: &ConnectionInfo) -> Registration {
        self.connections().insert(connection.id(), connection.clone());
        Registration { registry: self.clone(), id: connection.id() }
    }

    /// Completes when a connection has gone, counted from this call.
    pub(crate) fn departed(&self) -> OwnedNotified {
        Arc::clone(&self.0.departed).notified_owned()
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<u64, ConnectionInfo>> {
        self.0.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

/// A connection's entry in a registry, taken out on drop.
#[derive(Debug)]
pub(crate) struct Registration {
    registry: Registry,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.connections().remove(&self.id);
        self.registry.0.departed.notify_waiters();
    }
}
