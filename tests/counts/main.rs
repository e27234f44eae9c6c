//! Exact counts, the same on every machine: system calls and allocations of one
//! connect, accept and close, beside bare tokio with nodelay; memory of those who
//! wait.

mod address;
mod allocations;
mod arms;
mod race;
mod system_calls;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
mod waiting;
