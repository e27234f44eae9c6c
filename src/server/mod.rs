//! Servers: streams of connections, and the handle that controls them.

mod accept;
mod backoff;
mod drain;
mod handle;
mod incoming;
mod listener;

pub(crate) use self::listener::{Accepted, Listen, Listener};
pub use self::{accept::Accept, drain::Drained, handle::ServerHandle, incoming::Incoming};
