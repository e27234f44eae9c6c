//! One wrapper's way to a place.

use std::task::{Context, Poll, ready};

use tokio_util::sync::PollSemaphore;

use super::place::{Place, Places};
use crate::reconsider;

/// Takes places beforehand where the layer waits, and none where it does not.
#[derive(Debug)]
pub(super) struct Gate {
    places: Places,
    waiting: Option<PollSemaphore>,
    reconsider: reconsider::Wait,
    reserved: Option<Place>,
}

impl Gate {
    pub(super) fn new(places: Places, waits: bool) -> Self {
        let waiting = waits.then(|| PollSemaphore::new(places.total().free()));
        Self { places, waiting, reconsider: None, reserved: None }
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    /// A place taken beforehand; none where the layer does not wait, and none
    /// at a limit of 0, where one could wait for ever.
    pub(super) fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<Option<Place>> {
        let Some(waiting) = &mut self.waiting else { return Poll::Ready(None) };
        let total = self.places.total();
        while total.limit() > 0 {
            if let Poll::Ready(permit) = waiting.poll_acquire(cx) {
                permit.into_iter().for_each(|permit| permit.forget());
                if let Some(place) = self.places.occupy() {
                    return Poll::Ready(Some(place));
                }
                continue;
            }
            ready!(reconsider::poll(&mut self.reconsider, cx));
        }
        Poll::Ready(None)
    }

    /// Leaves the queue, where a place would go to whoever stands first.
    pub(super) fn stop_waiting(&mut self) {
        self.waiting = self.waiting.clone();
    }

    /// Keeps a place until it is spent.
    pub(super) fn poll_reserve(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.reserved.is_none() {
            self.reserved = ready!(self.poll_place(cx));
        }
        Poll::Ready(())
    }

    pub(super) fn spend(&mut self) -> Option<Place> {
        self.reserved.take()
    }
}

/// A place belongs to the wrapper that reserved it.
impl Clone for Gate {
    fn clone(&self) -> Self {
        Self {
            places: self.places.clone(),
            waiting: self.waiting.clone(),
            reconsider: None,
            reserved: None,
        }
    }
}
