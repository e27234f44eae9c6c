//! What a connect that fails, is given up, or ends leaves behind: nothing.
//!
//! Descriptors are counted for the whole process, so these tests run one after
//! the other.
#![cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]

#[path = "../suite/support/certificates.rs"]
#[expect(dead_code, reason = "not everything is needed here")]
mod certificates;
mod footprint;
mod random;
mod scenarios;
mod servers;
#[expect(dead_code, reason = "not everything is needed here")]
#[path = "../suite/support/unreachable.rs"]
mod unreachable;

use std::sync::{Mutex, PoisonError};

/// Runs a test while no other one runs.
fn alone<T>(test: impl Future<Output = T>) -> T {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test)
}
