//! One wrapper's way to a place.

use std::task::{Context, Poll, ready};

use tokio_util::sync::PollSemaphore;

use super::place::{Place, Places};

/// Takes places beforehand where the layer pauses, and none where it does not.
#[derive(Debug)]
pub(super) struct Gate {
    places: Places,
    waiting: Option<PollSemaphore>,
    reserved: Option<Place>,
}

impl Gate {
    pub(super) fn new(places: Places, pauses: bool) -> Self {
        let free = places.free().filter(|_| pauses);
        Self { places, waiting: free.map(PollSemaphore::new), reserved: None }
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    /// A place taken beforehand; none where the layer does not pause.
    pub(super) fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<Option<Place>> {
        match &mut self.waiting {
            Some(free) => free.poll_acquire(cx).map(|permit| permit.map(Place::from)),
            None => Poll::Ready(None),
        }
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
        Self { places: self.places.clone(), waiting: self.waiting.clone(), reserved: None }
    }
}
