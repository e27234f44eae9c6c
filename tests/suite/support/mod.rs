//! What several subjects need.

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod certificates;
mod drops;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod handshake;
#[cfg(feature = "dns")]
pub(crate) mod mock_resolver;
#[cfg(feature = "dns")]
pub(crate) mod name_server;
pub(crate) mod peers;
pub(crate) mod programs;

pub(crate) use self::drops::{Counted, Drops};
