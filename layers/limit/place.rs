//! The places there are, and who has one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{
    source::{Full, Sources, Visit},
    total::{Place, Total},
};
use crate::{
    Connection, Error, ErrorKind, Registry, layers::admission::TurnAway, registry::Registration,
};

/// No source has a limit of its own.
const UNLIMITED: usize = usize::MAX;

/// What the clones of a layer share, and how this one turns away.
#[derive(Clone, Debug)]
pub(super) struct Places {
    total: Arc<Total>,
    per_source: Arc<AtomicUsize>,
    sources: Sources,
    connections: Registry,
    turn_away: TurnAway,
}

/// A place that is taken. It leaves the list first: whoever gets the place
/// next must not find its predecessor there.
struct Taken {
    _listed: Registration,
    _visit: Option<Visit>,
    _place: Place,
}

impl Places {
    pub(super) fn new(total: Total) -> Self {
        Self {
            total: Arc::new(total),
            per_source: Arc::new(AtomicUsize::new(UNLIMITED)),
            sources: Sources::default(),
            connections: Registry::new(),
            turn_away: TurnAway::default(),
        }
    }

    pub(super) fn turning_away(&mut self, turn_away: TurnAway) {
        self.turn_away = turn_away;
    }

    pub(super) fn limiting_sources(&mut self, limit: usize) {
        self.per_source = Arc::new(AtomicUsize::new(limit));
    }

    pub(super) fn limit_sources(&self, limit: usize) {
        self.per_source.store(limit, Ordering::Release);
    }

    pub(super) fn total(&self) -> &Arc<Total> {
        &self.total
    }

    pub(super) fn connections(&self) -> &Registry {
        &self.connections
    }

    pub(super) fn take(&self) -> Result<Place, Error> {
        let reached = || reached(format!("at most {}", self.total.limit()));
        self.total.take().ok_or_else(reached)
    }

    /// Gives an accepted connection its place, or turns it away.
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
            Err(error) => {
                let error = connection.info().failed(error);
                self.turn_away.close(connection);
                Err(error)
            }
        }
    }

    /// Gives an outgoing connection the place it was opened under.
    pub(super) fn settle(&self, connection: Connection, place: Place) -> Connection {
        let taken = self.list(&connection, place, None);
        hold(connection, taken)
    }

    fn list(&self, connection: &Connection, place: Place, visit: Option<Visit>) -> Taken {
        let listed = self.connections.register(connection.info());
        Taken { _listed: listed, _visit: visit, _place: place }
    }

    fn visit(&self, connection: &Connection) -> Result<Option<Visit>, Error> {
        let limit = self.per_source.load(Ordering::Acquire);
        if limit == UNLIMITED {
            return Ok(None);
        }
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

fn hold(mut connection: Connection, taken: Taken) -> Connection {
    connection.hold(taken);
    connection
}

fn reached(reason: String) -> Error {
    Error::new(ErrorKind::LimitReached).with_reason(reason)
}
