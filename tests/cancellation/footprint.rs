use std::time::{Duration, Instant};

use tokio::{runtime::Handle, task::yield_now};

/// What is open and running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) descriptors: usize,
    tasks: usize,
}

impl Footprint {
    pub(crate) fn now() -> Self {
        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
        Self { descriptors, tasks: Handle::current().metrics().num_alive_tasks() }
    }

    /// Waits a second at most until nothing more is open or running than here.
    pub(crate) async fn restored(self) {
        let start = Instant::now();
        while Self::now() != self {
            assert!(start.elapsed() < Duration::from_secs(1), "{:?} and not {self:?}", Self::now());
            yield_now().await;
        }
    }
}
