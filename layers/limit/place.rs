//! The places there are, and who has one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{
    source::{Full, Sources, Visit},
    total::Total,
};
use crate::{
    Connection, ConnectionInfo, Error, ErrorKind, Registry, layers::admission::TurnAway,
    registry::Key,
};

/// No source has a limit of its own.
const UNLIMITED: usize = usize::MAX;

/// What the clones of a layer share, and how this one turns away.
#[derive(Clone, Debug)]
pub(super) struct Places {
    shared: Arc<Shared>,
    per_source: Arc<AtomicUsize>,
    turn_away: TurnAway,
}

#[derive(Debug)]
struct Shared {
    total: Total,
    sources: Sources,
    connections: Registry,
}

/// Room for one connection, given back on drop.
#[derive(Debug)]
pub(super) struct Place(Arc<Shared>);

/// A place that is taken. It leaves the list first: whoever gets the place
/// next must not find its predecessor there.
struct Taken {
    listed: Key,
    visit: Option<Visit>,
    place: Place,
}

impl Places {
    pub(super) fn new(total: Total) -> Self {
        let (sources, connections) = (Sources::default(), Registry::new());
        Self {
            shared: Arc::new(Shared { total, sources, connections }),
            per_source: Arc::new(AtomicUsize::new(UNLIMITED)),
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

    pub(super) fn total(&self) -> &Total {
        &self.shared.total
    }

    pub(super) fn connections(&self) -> &Registry {
        &self.shared.connections
    }

    pub(super) fn take(&self) -> Result<Place, Error> {
        if self.total().take() {
            return Ok(self.place());
        }
        Err(reached(format!("at most {}", self.total().limit())))
    }

    /// As [`Total::occupy`].
    pub(super) fn occupy(&self) -> Option<Place> {
        self.total().occupy().then(|| self.place())
    }

    fn place(&self) -> Place {
        Place(self.shared.clone())
    }

    /// Gives an accepted connection its place, or turns it away.
    pub(super) fn admit(
        &self,
        connection: Connection,
        place: Option<Place>,
    ) -> Result<Connection, Error> {
        let taken = place.map_or_else(|| self.take(), Ok).and_then(|place| {
            let visit = self.visit(connection.info())?;
            Ok(place.taken(connection.info(), visit))
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

    fn visit(&self, info: &ConnectionInfo) -> Result<Option<Visit>, Error> {
        let limit = self.per_source.load(Ordering::Acquire);
        if limit == UNLIMITED {
            return Ok(None);
        }
        let Some(ip) = info.peer_ip() else {
            return Ok(None);
        };
        self.shared.sources.enter(ip, limit).map(Some).map_err(|full| {
            reached(match full {
                Full::Source => format!("at most {limit} from one source"),
                Full::Table => "too many sources".to_owned(),
            })
        })
    }
}

impl Place {
    /// Gives an outgoing connection the place it was opened under.
    pub(super) fn settle(self, connection: Connection) -> Connection {
        let taken = self.taken(connection.info(), None);
        hold(connection, taken)
    }

    fn taken(self, info: &ConnectionInfo, visit: Option<Visit>) -> Taken {
        Taken { listed: self.0.connections.insert(info), visit, place: self }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.total.give_back();
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let Shared { connections, sources, .. } = &*self.place.0;
        connections.remove(self.listed);
        self.visit.into_iter().for_each(|visit| sources.leave(visit));
    }
}

fn hold(mut connection: Connection, taken: Taken) -> Connection {
    connection.hold(taken);
    connection
}

fn reached(reason: String) -> Error {
    Error::new(ErrorKind::LimitReached).with_reason(reason)
}
