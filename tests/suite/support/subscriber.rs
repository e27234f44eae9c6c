use std::sync::LazyLock;

use tracing::{
    Dispatch, Subscriber,
    subscriber::{DefaultGuard, NoSubscriber, set_default},
};

/// While there is but one, tracing lets whatever thread comes first to an event
/// decide whether anybody cares for it.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// Tells `subscriber` what this thread does.
pub(crate) fn subscribe(subscriber: impl Subscriber + Send + Sync + 'static) -> DefaultGuard {
    LazyLock::force(&ANOTHER);
    set_default(subscriber)
}
