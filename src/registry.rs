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
#[derive(Clone)]
pub struct Registry {
    own: Arc<Shared>,
    others: Arc<[Self]>,
}

#[derive(Default)]
struct Shared {
    connections: Mutex<HashMap<u64, ConnectionInfo>>,
    departed: Arc<Notify>,
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
        let mut list: Vec<_> = self.connections().values().cloned().collect();
        list.extend(self.others.iter().flat_map(Self::list));
        list.sort_unstable_by_key(ConnectionInfo::id);
        list
    }

    /// The open connection with this id.
    pub fn get(&self, id: u64) -> Option<ConnectionInfo> {
        let own = self.connections().get(&id).cloned();
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
            if !occupied.connections().is_empty() {
                departed.await;
            }
        }
    }

    fn first_occupied(&self) -> Option<&Self> {
        if !self.connections().is_empty() {
            return Some(self);
        }
        self.others.iter().find_map(Self::first_occupied)
    }

    pub(crate) fn insert(&self, connection: &ConnectionInfo) -> Registration {
        self.connections().insert(connection.id(), connection.clone());
        Registration { shared: Arc::clone(&self.own), id: connection.id() }
    }

    /// Completes when a connection has gone, counted from this call.
    pub(crate) fn departed(&self) -> OwnedNotified {
        Arc::clone(&self.own.departed).notified_owned()
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<u64, ConnectionInfo>> {
        self.own.connections()
    }
}

impl Shared {
    fn connections(&self) -> MutexGuard<'_, HashMap<u64, ConnectionInfo>> {
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

/// A connection's entry in a registry, taken out on drop.
pub(crate) struct Registration {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.shared.connections().remove(&self.id);
        self.shared.departed.notify_waiters();
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("id", &self.id).finish_non_exhaustive()
    }
}
