use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::timeout};

use crate::Registry;

/// How long handlers get to drop a connection that was closed under them.
const GRACE: Duration = Duration::from_millis(100);

/// How a drain went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Connections that ended before the deadline.
    pub ended: usize,
    /// Connections that were closed at the deadline.
    pub closed: usize,
    /// Connections whose handlers still hold them, because they do no I/O.
    pub held: usize,
}

/// Tells everyone once, those with a signal below too.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    sent: Arc<watch::Sender<bool>>,
    below: Arc<[Self]>,
}

impl Default for Signal {
    fn default() -> Self {
        Self::over([])
    }
}

impl Signal {
    pub(super) fn over(below: impl IntoIterator<Item = Self>) -> Self {
        let below = below.into_iter().collect();
        Self { sent: Arc::new(watch::Sender::new(false)), below }
    }

    pub(super) fn send(&self) {
        self.sent.send_replace(true);
        self.below.iter().for_each(Self::send);
    }

    pub(super) async fn received(&self) {
        // The sender lives in `self`.
        let _ = self.sent.subscribe().wait_for(|sent| *sent).await;
    }
}

pub(super) async fn wait(registry: &Registry, deadline: Duration) -> Drained {
    let open = registry.len();
    if timeout(deadline, registry.emptied()).await.is_ok() {
        return Drained { ended: open, closed: 0, held: 0 };
    }
    let late = registry.len();
    registry.close_all("the server is shutting down");
    let _ = timeout(GRACE, registry.emptied()).await;
    let held = registry.len();
    Drained { ended: open.saturating_sub(late), closed: late.saturating_sub(held), held }
}
