use std::sync::atomic::{AtomicU32, Ordering};

use crate::ConnectionInfo;

/// The connections by their keys; half as large as a `Slab` of them.
#[derive(Default)]
pub(super) struct Entries {
    taken: Vec<Option<ConnectionInfo>>,
    free: Vec<Key>,
}

impl Entries {
    pub(super) fn insert(&mut self, info: ConnectionInfo) -> Key {
        if let Some(key) = self.free.pop() {
            self.taken[key.index()] = Some(info);
            return key;
        }
        let key = u32::try_from(self.taken.len()).expect("no process has so many connections");
        self.taken.push(Some(info));
        Key(key)
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<ConnectionInfo> {
        let info = self.taken[key.index()].take();
        if info.is_some() {
            self.free.push(key);
        }
        info
    }

    pub(super) fn len(&self) -> usize {
        self.taken.len() - self.free.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ConnectionInfo> {
        self.taken.iter().flatten()
    }
}

/// A connection's entry in a registry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(u32);

impl Key {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// The key of a connection while it is listed.
pub(crate) struct KeySlot(AtomicU32);

impl KeySlot {
    const EMPTY: u32 = u32::MAX;

    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(Self::EMPTY))
    }

    pub(crate) fn put(&self, key: Key) {
        self.0.store(key.0, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> Option<Key> {
        let key = self.0.swap(Self::EMPTY, Ordering::Relaxed);
        (key != Self::EMPTY).then_some(Key(key))
    }
}
