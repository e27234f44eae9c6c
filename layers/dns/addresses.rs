//! Lookups without a race, for those who connect in their own way.

use std::{
    future::poll_fn,
    net::SocketAddr,
    task::{Context, Poll, ready},
};

use tokio::time::Instant;

use super::{candidates::Candidates, clock::Clock, lookups::Lookups};
use crate::Error;

/// All addresses of a name in the order in which they are to be tried.
pub(super) async fn addresses(
    mut lookups: Lookups,
    mut candidates: Candidates,
) -> Result<Vec<SocketAddr>, Error> {
    let mut clock = Clock::default();
    poll_fn(|cx| poll_answered(&mut lookups, &mut candidates, &mut clock, cx)).await?;
    match candidates.waiting() {
        [] => Err(lookups.error()),
        found => Ok(found.to_vec()),
    }
}

/// Ready when nothing more can come.
fn poll_answered(
    lookups: &mut Lookups,
    candidates: &mut Candidates,
    clock: &mut Clock,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    loop {
        lookups.poll(cx, candidates)?;
        lookups.expire(Instant::now(), candidates);
        if !lookups.is_pending() {
            return Poll::Ready(Ok(()));
        }
        ready!(clock.poll(cx, lookups.deadline()));
    }
}
