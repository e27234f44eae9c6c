//! What lets a client resume its session with a server.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::CryptoProvider,
    server::{NoServerSessionStorage, ProducesTickets, ServerSessionMemoryCache},
};

use super::{ticket_keys::TicketKeys, ticketer};
use crate::Error;

#[derive(Clone, Debug)]
pub(super) enum Tickets {
    Off,
    /// Nobody else can read them.
    Own,
    Shared(TicketKeys),
}

impl Tickets {
    pub(super) fn set(
        self,
        config: &mut ServerConfig,
        provider: &CryptoProvider,
    ) -> Result<(), Error> {
        match self {
            Self::Off => {
                config.send_tls13_tickets = 0;
                config.session_storage = Arc::new(NoServerSessionStorage {});
            }
            Self::Own => match own().map_err(no_keys)? {
                Some(ticketer) => config.ticketer = ticketer,
                None => config.session_storage = ServerSessionMemoryCache::new(1024),
            },
            Self::Shared(keys) => config.ticketer = ticketer::ticketer(keys, provider)?,
        }
        Ok(())
    }
}

fn no_keys(error: rustls::Error) -> Error {
    Error::invalid_input("cannot make keys for session tickets").with_source(error)
}

type Ticketer = Result<Option<Arc<dyn ProducesTickets>>, rustls::Error>;

#[cfg(feature = "aws-lc-rs")]
fn own() -> Ticketer {
    rustls::crypto::aws_lc_rs::Ticketer::new().map(Some)
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn own() -> Ticketer {
    rustls::crypto::ring::Ticketer::new().map(Some)
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
fn own() -> Ticketer {
    Ok(None)
}
