use std::{
    mem,
    task::{Context, Poll, ready},
};

use tokio::{task::JoinSet, time::Instant};
use tower_service::Service;

use super::{outcome, slots::Slots, trace, turn::Turn};
use crate::{
    BoxError, Connection, Error,
    connection::ConnectionState::{Handshaking, Open},
};

/// What a handshake's task leaves: its slot, and what came of it.
type Done = (usize, Result<Connection, Error>);

/// The handshakes under way.
#[derive(Debug)]
pub(super) struct Running<T> {
    service: T,
    phase: &'static str,
    tasks: JoinSet<Done>,
    slots: Slots,
    /// New handshakes read what has already arrived before one has to go.
    turn: Turn,
    /// Accepted while all slots were taken: starts when one is free. The
    /// service is ready for it.
    next: Option<Connection>,
}

impl<T> Running<T> {
    pub(super) fn new(service: T, slots: usize, phase: &'static str) -> Self {
        let (tasks, slots) = (JoinSet::new(), Slots::new(slots));
        Self { service, phase, tasks, slots, turn: Turn::Over, next: None }
    }

    /// How many connections are on their way, the finished ones included.
    pub(super) fn len(&self) -> usize {
        self.tasks.len() + usize::from(self.next.is_some())
    }
}

impl<T> Running<T>
where
    T: Service<Connection, Response = Connection> + Clone + Send + 'static,
    T::Error: Into<BoxError>,
    T::Future: Send,
{
    /// The next handshake that is done, well or badly; `None` where none runs.
    pub(super) fn poll_finished(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Connection, Error>>> {
        let Some(joined) = ready!(self.tasks.poll_join_next(cx)) else {
            return Poll::Ready(None);
        };
        let slot = match &joined {
            Ok((slot, _)) => Some(*slot),
            Err(lost) => self.slots.of(lost.id()),
        };
        let info = slot.and_then(|slot| self.slots.remove(slot));
        if let Some(next) = self.next.take() {
            self.start(next);
        }
        if let Some(info) = &info {
            info.change_state(Handshaking, Open);
        }
        let item = joined.map_err(outcome::lost).and_then(|(_, done)| done);
        Poll::Ready(Some(match info {
            Some(info) => item.map_err(|error| info.failed(error)),
            None => item,
        }))
    }

    /// Whether one more connection may be accepted. While one waits for its
    /// slot, the end of an evicted handshake wakes us.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.next.is_some() {
            return Poll::Pending;
        }
        if self.slots.is_full() {
            ready!(self.turn.poll_over(cx));
        }
        self.service.poll_ready(cx).map_err(|error| outcome::kept(error.into()))
    }

    /// Starts a handshake, at the cost of the oldest where all slots are taken.
    pub(super) fn admit(&mut self, connection: Connection) {
        connection.info().set_state(Handshaking);
        if self.slots.is_full() {
            self.slots.evict();
            self.next = Some(connection);
        } else {
            self.start(connection);
        }
    }

    fn start(&mut self, connection: Connection) {
        let clone = self.service.clone();
        let ready = mem::replace(&mut self.service, clone);
        let info = connection.info().clone();
        let (slot, handshake) = (self.slots.next(), shake_hands(ready, connection, self.phase));
        let task = self.tasks.spawn(async move { (slot, handshake.await) });
        self.slots.insert(info, task);
        self.turn = Turn::Due;
    }
}

/// Calls the service on the handshake's own task, so that it may panic.
async fn shake_hands<T>(
    mut service: T,
    connection: Connection,
    phase: &'static str,
) -> Result<Connection, Error>
where
    T: Service<Connection, Response = Connection>,
    T::Error: Into<BoxError>,
{
    let (started, info) = (Instant::now(), connection.info().clone());
    let handshake = service.call(connection);
    drop(service);
    let handshake = trace::within(&info, handshake).await;
    if handshake.is_ok() {
        trace::complete(&info, started);
    }
    handshake.map_err(|error| outcome::failed(error.into(), phase, started.elapsed()))
}
