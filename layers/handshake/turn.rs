use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::task::yield_now;

/// A turn for the runtime: other tasks run, and sockets learn what has arrived.
pub(super) enum Turn {
    Due,
    Under(Pin<Box<dyn Future<Output = ()> + Send + Sync>>),
    Over,
}

impl Turn {
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self {
                Self::Due => *self = Self::Under(Box::pin(yield_now())),
                Self::Under(turn) => {
                    ready!(turn.as_mut().poll(cx));
                    *self = Self::Over;
                }
                Self::Over => return Poll::Ready(()),
            }
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Due => "Due",
            Self::Under(_) => "Under",
            Self::Over => "Over",
        })
    }
}
