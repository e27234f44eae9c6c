//! Racing the addresses of a name.

mod attempts;
mod dropping;
mod errors;
#[cfg(feature = "tracing")]
mod events;
mod invariants;
mod lookups;
mod published;
mod scene;
mod settings;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod sockets;
mod table;
