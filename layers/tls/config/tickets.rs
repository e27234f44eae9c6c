//! What lets a client resume its session with a server.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    server::{NoServerSessionStorage, ProducesTickets, ServerSessionMemoryCache},
};

use crate::Error;

pub(super) fn set(config: &mut ServerConfig, enabled: bool) -> Result<(), Error> {
    if !enabled {
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        return Ok(());
    }
    let ticketer = ticketer().map_err(|error| {
        Error::invalid_input("cannot make keys for session tickets").with_source(error)
    })?;
    match ticketer {
        Some(ticketer) => config.ticketer = ticketer,
        None => config.session_storage = ServerSessionMemoryCache::new(1024),
    }
    Ok(())
}

type Ticketer = Result<Option<Arc<dyn ProducesTickets>>, rustls::Error>;

#[cfg(feature = "aws-lc-rs")]
fn ticketer() -> Ticketer {
    rustls::crypto::aws_lc_rs::Ticketer::new().map(Some)
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn ticketer() -> Ticketer {
    rustls::crypto::ring::Ticketer::new().map(Some)
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
fn ticketer() -> Ticketer {
    Ok(None)
}
