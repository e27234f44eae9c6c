use std::{
    collections::{BTreeMap, HashMap},
    mem,
};

use tokio::task::{AbortHandle, Id};

use crate::ConnectionInfo;

/// The places of running handshakes, and who loses its own when all are taken:
/// the first that came, but for one second chance for those that have sent
/// bytes.
#[derive(Debug)]
pub(super) struct Slots {
    number: usize,
    taken: HashMap<Id, Slot>,
    /// Without those that are on their way out.
    queue: Queue,
}

#[derive(Debug)]
struct Slot {
    info: ConnectionInfo,
    task: AbortHandle,
    ticket: u64,
    had_second_chance: bool,
}

impl Slots {
    pub(super) fn new(number: usize) -> Self {
        Self { number, taken: HashMap::new(), queue: Queue::default() }
    }

    pub(super) fn is_full(&self) -> bool {
        self.taken.len() >= self.number
    }

    pub(super) fn insert(&mut self, info: ConnectionInfo, task: AbortHandle) {
        let id = task.id();
        let ticket = self.queue.push(id);
        self.taken.insert(id, Slot { info, task, ticket, had_second_chance: false });
    }

    pub(super) fn remove(&mut self, id: Id) -> Option<ConnectionInfo> {
        let slot = self.taken.remove(&id)?;
        self.queue.remove(slot.ticket);
        Some(slot.info)
    }

    /// Aborts one handshake. Its slot stays taken until its task is gone.
    pub(super) fn evict(&mut self) {
        while let Some(id) = self.queue.pop() {
            let Some(slot) = self.taken.get_mut(&id) else { continue };
            if !slot.takes_second_chance() {
                return slot.task.abort();
            }
            slot.ticket = self.queue.push(id);
        }
    }
}

impl Slot {
    fn takes_second_chance(&mut self) -> bool {
        self.info.has_spoken() && !mem::replace(&mut self.had_second_chance, true)
    }
}

/// A queue that can be left from anywhere.
#[derive(Debug, Default)]
struct Queue {
    waiting: BTreeMap<u64, Id>,
    tickets: u64,
}

impl Queue {
    fn push(&mut self, id: Id) -> u64 {
        self.tickets += 1;
        self.waiting.insert(self.tickets, id);
        self.tickets
    }

    fn pop(&mut self) -> Option<Id> {
        self.waiting.pop_first().map(|(_, id)| id)
    }

    fn remove(&mut self, ticket: u64) {
        self.waiting.remove(&ticket);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        task::JoinSet,
    };

    use super::*;
    use crate::Connection;

    /// Slots, and the tasks in them.
    struct Harness {
        slots: Slots,
        tasks: JoinSet<()>,
    }

    impl Harness {
        fn new(number: usize) -> Self {
            Self { slots: Slots::new(number), tasks: JoinSet::new() }
        }

        fn silent(&mut self) -> Id {
            self.insert(ConnectionInfo::new(None))
        }

        async fn talking(&mut self) -> Id {
            let (near, mut far) = duplex(1);
            let mut connection = Connection::from(near);
            far.write_u8(22).await.unwrap();
            connection.read_u8().await.unwrap();
            self.insert(connection.info().clone())
        }

        fn insert(&mut self, info: ConnectionInfo) -> Id {
            let task = self.tasks.spawn(pending());
            let id = task.id();
            self.slots.insert(info, task);
            id
        }

        async fn evicted(&mut self) -> Id {
            self.slots.evict();
            let id = self.tasks.join_next().await.unwrap().unwrap_err().id();
            self.slots.remove(id);
            id
        }
    }

    #[tokio::test]
    async fn silent_clients_go_in_the_order_of_their_arrival() {
        let mut harness = Harness::new(2);
        let (first, second) = (harness.silent(), harness.silent());
        assert!(harness.slots.is_full());
        assert_eq!(harness.evicted().await, first);
        assert!(!harness.slots.is_full());
        let third = harness.silent();
        assert_eq!(harness.evicted().await, second);
        assert_eq!(harness.evicted().await, third);
    }

    #[tokio::test]
    async fn a_client_that_has_sent_bytes_is_passed_over_once() {
        let mut harness = Harness::new(3);
        let talking = harness.talking().await;
        let (first, second) = (harness.silent(), harness.silent());
        assert_eq!(harness.evicted().await, first);
        let third = harness.silent();
        assert_eq!(harness.evicted().await, second);
        assert_eq!(harness.evicted().await, talking, "it stands where it was sent to");
        assert_eq!(harness.evicted().await, third);
    }

    #[tokio::test]
    async fn where_all_have_sent_bytes_the_first_goes() {
        let mut harness = Harness::new(2);
        let (first, second) = (harness.talking().await, harness.talking().await);
        assert_eq!(harness.evicted().await, first);
        assert_eq!(harness.evicted().await, second);
    }

    #[tokio::test]
    async fn a_slot_is_taken_until_its_task_is_gone() {
        let mut harness = Harness::new(1);
        let id = harness.silent();
        harness.slots.evict();
        harness.slots.evict();
        assert!(harness.slots.is_full());
        assert!(harness.slots.remove(id).is_some());
        assert!(!harness.slots.is_full());
        assert!(harness.slots.queue.waiting.is_empty());
    }
}
