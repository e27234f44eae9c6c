//! Servers: streams of connections, and the handle that controls them.

mod accept;
mod backoff;
mod builder;
mod counters;
mod drain;
mod facade;
mod handle;
mod incoming;
mod listener;
mod merge;
mod stack;

pub(crate) use self::listener::{Accepted, Listen, Listener};
pub use self::{
    accept::Accept, builder::ServerBuilder, counters::Counters, drain::Drained, facade::Server,
    handle::ServerHandle, incoming::Incoming,
};

#[cfg(test)]
mod tests;
