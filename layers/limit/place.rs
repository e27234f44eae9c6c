//! The places there are, and who has one.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::source::{Full, Sources, Visit};
use crate::{Connection, Error, ErrorKind, Registry, registry::Registration};

/// What the clones of a layer share.
#[derive(Clone, Debug)]
pub(super) struct Places {
    total: Option<Total>,
    per_source: Option<usize>,
    sources: Sources,
    connections: Registry,
}

#[derive(Clone, Debug)]
struct Total {
    limit: usize,
    free: Arc<Semaphore>,
}

/// Room for one connection, given back on drop.
#[derive(Debug)]
pub(super) struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

/// A place that is taken. It leaves the list first: whoever gets the place
/// next must not find its predecessor there.
struct Taken {
    _listed: Registration,
    _visit: Option<Visit>,
    _place: Place,
}

impl Places {
    pub(super) fn new(limit: usize) -> Self {
        let limit = limit.min(Semaphore::MAX_PERMITS);
        let total = Total { limit, free: Arc::new(Semaphore::new(limit)) };
        Self { total: Some(total), ..Self::unlimited() }
    }

    pub(super) fn unlimited() -> Self {
        Self {
            total: None,
            per_source: None,
            sources: Sources::default(),
            connections: Registry::new(),
        }
    }

    pub(super) fn limit_sources(&mut self, limit: usize) {
        self.per_source = Some(limit);
    }

    pub(super) fn connections(&self) -> &Registry {
        &self.connections
    }

    /// What can be waited for: without a limit there is always room, and with
    /// one of 0 there never is.
    pub(super) fn free(&self) -> Option<Arc<Semaphore>> {
        let total = self.total.as_ref().filter(|total| total.limit > 0)?;
        Some(total.free.clone())
    }

    pub(super) fn take(&self) -> Result<Place, Error> {
        let Some(total) = &self.total else { return Ok(Place { _permit: None }) };
        match total.free.clone().try_acquire_owned() {
            Ok(permit) => Ok(permit.into()),
            Err(_) => Err(reached(format!("at most {}", total.limit))),
        }
    }

    /// Gives an accepted connection its place, or closes it.
    pub(super) fn admit(
        &self,
        connection: Connection,
        place: Option<Place>,
    ) -> Result<Connection, Error> {
        let taken = place.map_or_else(|| self.take(), Ok).and_then(|place| {
            let visit = self.visit(&connection)?;
            Ok(self.list(&connection, place, visit))
        });
        match taken {
            Ok(taken) => Ok(hold(connection, taken)),
            Err(error) => Err(error.with_peer(connection.peer_address())),
        }
    }

    /// Gives an outgoing connection the place it was opened under.
    pub(super) fn settle(&self, connection: Connection, place: Place) -> Connection {
        let taken = self.list(&connection, place, None);
        hold(connection, taken)
    }

    fn list(&self, connection: &Connection, place: Place, visit: Option<Visit>) -> Taken {
        let listed = self.connections.insert(connection.info());
        Taken { _listed: listed, _visit: visit, _place: place }
    }

    fn visit(&self, connection: &Connection) -> Result<Option<Visit>, Error> {
        let Some(limit) = self.per_source else { return Ok(None) };
        let Some(ip) = connection.peer_address().and_then(|peer| peer.ip()) else {
            return Ok(None);
        };
        self.sources.enter(ip, limit).map(Some).map_err(|full| {
            reached(match full {
                Full::Source => format!("at most {limit} from one source"),
                Full::Table => "too many sources".to_owned(),
            })
        })
    }
}

impl From<OwnedSemaphorePermit> for Place {
    fn from(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: Some(permit) }
    }
}

fn hold(mut connection: Connection, taken: Taken) -> Connection {
    connection.hold(taken);
    connection
}

fn reached(reason: String) -> Error {
    Error::new(ErrorKind::LimitReached).with_reason(reason)
}
