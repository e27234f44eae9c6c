//! What several subjects need.

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod certificates;
mod drops;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod handshake;
pub(crate) mod programs;

pub(crate) use self::drops::{Counted, Drops};
