//! What several subjects need.

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod certificates;
mod drops;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod handshake;
pub(crate) mod programs;
#[cfg(feature = "dns")]
pub(crate) mod mock_resolver;
#[cfg(feature = "dns")]
pub(crate) mod name_server;
pub(crate) mod peers;

pub(crate) use self::drops::{Counted, Drops};
