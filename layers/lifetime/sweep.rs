//! The one task that looks at the connections of a layer.

use std::{
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    runtime::Handle,
    task::yield_now,
    time::{Interval, MissedTickBehavior, interval},
};

use super::rule::{Rule, Watched};
use crate::ConnectionInfo;

/// How many connections are looked at before others may run.
const BATCH: usize = 1024;

/// How many may have arrived before it matters that some have gone.
const FEW: usize = 64;

/// Clones share one task.
#[derive(Clone)]
pub(super) struct Sweep(Arc<Shared>);

struct Shared {
    rule: Rule,
    inbox: Mutex<Inbox>,
}

#[derive(Default)]
struct Inbox {
    arrived: Vec<ConnectionInfo>,
    is_swept: bool,
}

impl Sweep {
    pub(super) fn new(rule: Rule) -> Self {
        Self(Arc::new(Shared { rule, inbox: Mutex::default() }))
    }

    /// # Panics
    ///
    /// Outside a tokio runtime, and in one whose timers are not enabled.
    pub(super) fn watch(&self, info: &ConnectionInfo) {
        let mut inbox = self.0.inbox();
        if !inbox.is_swept {
            let mut ticks = interval(self.0.rule.period());
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let task = Task { shared: self.0.clone(), watched: Vec::new(), is_done: false };
            Handle::current().spawn(task.run(ticks));
            inbox.is_swept = true;
        }
        inbox.push(info.clone());
    }
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// Those that have gone leave before there is need for more room, so that
    /// many short ones take none.
    fn push(&mut self, info: ConnectionInfo) {
        let room = self.arrived.capacity();
        if self.arrived.len() == room {
            self.arrived.retain(|info| !info.is_closed());
            if self.arrived.len() >= room / 2 {
                self.arrived.reserve_exact(room.max(FEW));
            }
        }
        self.arrived.push(info);
    }
}

/// Runs while there are connections.
struct Task {
    shared: Arc<Shared>,
    watched: Vec<Watched>,
    is_done: bool,
}

impl Task {
    async fn run(mut self, mut ticks: Interval) {
        while !self.is_done {
            ticks.tick().await;
            self.take_arrived();
            self.look_at_all().await;
            self.end_if_empty();
        }
    }

    fn take_arrived(&mut self) {
        let arrived = mem::take(&mut self.shared.inbox().arrived);
        self.watched.extend(arrived.into_iter().map(Watched::from));
    }

    async fn look_at_all(&mut self) {
        let (mut next, mut looks) = (0, 0_usize);
        while let Some(watched) = self.watched.get_mut(next) {
            if self.shared.rule.look_at(watched) {
                next += 1;
            } else {
                self.watched.swap_remove(next);
            }
            looks += 1;
            if looks.is_multiple_of(BATCH) {
                yield_now().await;
            }
        }
        if self.watched.len() < self.watched.capacity() / 4 {
            self.watched.shrink_to(self.watched.len() * 2);
        }
    }

    fn end_if_empty(&mut self) {
        let mut inbox = self.shared.inbox();
        self.is_done = self.watched.is_empty() && inbox.arrived.is_empty();
        inbox.is_swept = !self.is_done;
    }
}

/// When the runtime ends first, the next connection finds what is left a new
/// task.
impl Drop for Task {
    fn drop(&mut self) {
        if !self.is_done {
            let mut inbox = self.shared.inbox();
            inbox.is_swept = false;
            inbox.arrived.extend(self.watched.drain(..).map(Watched::into_info));
        }
    }
}

impl fmt::Debug for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.rule.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;
    use crate::Connection;

    #[test]
    fn many_short_connections_take_no_room() {
        let mut inbox = Inbox::default();
        let open: Vec<_> = (0..50).map(|_| Connection::from(duplex(1).0)).collect();
        open.iter().for_each(|connection| inbox.push(connection.info().clone()));
        for _ in 0..10_000 {
            inbox.push(Connection::from(duplex(1).0).info().clone());
        }
        assert!(inbox.arrived.capacity() <= 2 * FEW);
        assert_eq!(inbox.arrived.iter().filter(|info| !info.is_closed()).count(), open.len());
    }
}
