//! What the clones of a layer share.

use std::sync::Arc;

use super::{
    Rate,
    bucket::{Bucket, Token},
    meter::{Meter, TooEarly},
    sources::Sources,
};
use crate::{
    Connection, Error, ErrorKind,
    layers::admission::{Source, TurnAway},
};

/// The rates, and how this clone turns away.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    total: Arc<Meter<Bucket>>,
    per_source: Arc<Meter<Sources>>,
    turn_away: TurnAway,
}

impl Rates {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        Self {
            total: Arc::new(Meter::new(rate)),
            per_source: Arc::new(Meter::new(None)),
            turn_away: TurnAway::default(),
        }
    }

    pub(super) fn turning_away(&mut self, turn_away: TurnAway) {
        self.turn_away = turn_away;
    }

    pub(super) fn limiting_sources(&mut self, rate: Rate) {
        self.per_source = Arc::new(Meter::new(Some(rate)));
    }

    pub(super) fn set_total(&self, rate: Option<Rate>) {
        self.total.set(rate);
    }

    pub(super) fn set_per_source(&self, rate: Option<Rate>) {
        self.per_source.set(rate);
    }

    pub(super) fn take(&self) -> Result<Token, TooEarly> {
        self.total.take()
    }

    /// Spends a token on the connection, or turns it away.
    pub(super) fn admit(
        &self,
        connection: Connection,
        token: Option<Token>,
    ) -> Result<Connection, Error> {
        match self.check(&connection, token) {
            Ok(()) => Ok(connection),
            Err(reason) => {
                let error = Error::new(ErrorKind::RateLimited).with_reason(reason);
                let error = connection.info().failed(error);
                self.turn_away.close(connection);
                Err(error)
            }
        }
    }

    /// Whoever had its share leaves what there is to others: the token goes back.
    fn check(&self, connection: &Connection, token: Option<Token>) -> Result<(), String> {
        let token = token.map_or_else(|| self.take(), Ok);
        let token = token.map_err(|early| format!("at most {}", early.rate))?;
        if let Some(ip) = connection.info().peer_ip() {
            let checked = self.per_source.check(&Source::from(ip), |_, _| ());
            checked.map_err(|early| format!("at most {} from one source", early.rate))?;
        }
        token.spend();
        Ok(())
    }
}
