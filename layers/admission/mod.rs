//! What becomes of connections that are not let in.
//!
//! [`LimitLayer`](super::LimitLayer) and the others that turn connections away
//! do it in the same few ways, which [`Overflow`] names.

mod handling;
mod overflow;
mod source;
mod turn_away;

pub use self::{handling::Handling, overflow::Overflow};
pub(crate) use self::{
    source::{MAX_SOURCES, Source},
    turn_away::TurnAway,
};
