use std::{collections::VecDeque, mem};

use slab::Slab;
use tokio::task::{AbortHandle, Id};

use crate::ConnectionInfo;

/// How many may have left their place in the queue before it matters.
const FEW: usize = 16;

/// The places of running handshakes, and who loses its own when all are taken:
/// the first that came, but for one second chance for those that have sent
/// bytes.
#[derive(Debug)]
pub(super) struct Slots {
    number: usize,
    taken: Slab<Slot>,
    /// Tickets of those that have left are passed over.
    queue: VecDeque<Ticket>,
    tickets: u64,
}

#[derive(Debug)]
struct Slot {
    info: ConnectionInfo,
    task: AbortHandle,
    ticket: Option<Ticket>,
    had_second_chance: bool,
}

/// A place in the queue, never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticket {
    slot: usize,
    number: u64,
}

impl Slots {
    pub(super) fn new(number: usize) -> Self {
        Self { number, taken: Slab::new(), queue: VecDeque::new(), tickets: 0 }
    }

    pub(super) fn is_full(&self) -> bool {
        self.taken.len() >= self.number
    }

    /// The slot that the next insertion takes.
    pub(super) fn next(&self) -> usize {
        self.taken.vacant_key()
    }

    pub(super) fn insert(&mut self, info: ConnectionInfo, task: AbortHandle) {
        let slot = Slot { info, task, ticket: None, had_second_chance: false };
        let slot = self.taken.insert(slot);
        self.queue_up(slot);
    }

    pub(super) fn remove(&mut self, slot: usize) -> Option<ConnectionInfo> {
        self.taken.try_remove(slot).map(|slot| slot.info)
    }

    /// The slot of a task, which is looked for.
    pub(super) fn of(&self, task: Id) -> Option<usize> {
        self.taken.iter().find(|(_, slot)| slot.task.id() == task).map(|(slot, _)| slot)
    }

    /// Aborts one handshake. Its slot stays taken until its task is gone.
    pub(super) fn evict(&mut self) {
        while let Some(ticket) = self.queue.pop_front() {
            let Some(slot) = self.taken.get_mut(ticket.slot) else { continue };
            if slot.ticket != Some(ticket) {
                continue;
            }
            if !slot.takes_second_chance() {
                return slot.task.abort();
            }
            self.queue_up(ticket.slot);
        }
    }

    fn queue_up(&mut self, slot: usize) {
        if self.queue.len() >= 2 * self.taken.len().max(FEW) {
            let is_there = |ticket: &Ticket| self.taken.get(ticket.slot)?.ticket;
            self.queue.retain(|ticket| is_there(ticket) == Some(*ticket));
        }
        self.tickets += 1;
        let ticket = Ticket { slot, number: self.tickets };
        self.taken[slot].ticket = Some(ticket);
        self.queue.push_back(ticket);
    }
}

impl Slot {
    fn takes_second_chance(&mut self) -> bool {
        self.info.has_spoken() && !mem::replace(&mut self.had_second_chance, true)
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
            self.leave(id);
            id
        }

        fn leave(&mut self, id: Id) {
            let slot = self.slots.of(id).unwrap();
            assert!(self.slots.remove(slot).is_some());
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
        harness.leave(id);
        assert!(!harness.slots.is_full());
        assert!(harness.slots.queue.is_empty());
    }

    #[tokio::test]
    async fn whoever_takes_a_slot_again_has_a_place_of_its_own_in_the_queue() {
        let mut harness = Harness::new(2);
        let (first, second) = (harness.silent(), harness.silent());
        harness.leave(first);
        let third = harness.silent();
        assert_eq!(harness.evicted().await, second);
        assert_eq!(harness.evicted().await, third);
    }

    #[tokio::test]
    async fn those_that_left_do_not_fill_the_queue() {
        let mut harness = Harness::new(100);
        let first = harness.silent();
        for _ in 0..1000 {
            let id = harness.silent();
            harness.leave(id);
        }
        assert!(harness.slots.queue.len() <= 2 * FEW);
        assert_eq!(harness.evicted().await, first);
    }
}
