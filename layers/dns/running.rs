//! The attempts under way.

use std::{
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::time::Instant;

pin_project! {
    /// In the order of their starts. As long as there is one at a time it
    /// stands in place, and nothing is allocated for it.
    pub(super) struct Running<F> {
        #[pin]
        sole: Option<Started<F>>,
        others: Vec<Pin<Box<Started<F>>>>,
    }
}

pin_project! {
    struct Started<F> {
        start: Start,
        #[pin]
        future: F,
    }
}

/// Which attempt it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) address: SocketAddr,
    pub(super) at: Instant,
}

impl<F> Running<F> {
    pub(super) fn new() -> Self {
        Self { sole: None, others: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.oldest().is_none()
    }

    pub(super) fn starts(&self) -> impl Iterator<Item = Start> {
        let others = self.others.iter().map(|started| started.start);
        self.sole.iter().map(|started| started.start).chain(others)
    }

    pub(super) fn oldest(&self) -> Option<Start> {
        let other = || self.others.first().map(|started| started.start);
        self.sole.as_ref().map(|started| started.start).or_else(other)
    }

    pub(super) fn push(self: Pin<&mut Self>, start: Start, future: F) {
        let is_empty = self.is_empty();
        let mut this = self.project();
        let started = Started { start, future };
        match is_empty {
            true => this.sole.set(Some(started)),
            false => this.others.push(Box::pin(started)),
        }
    }

    pub(super) fn drop_oldest(self: Pin<&mut Self>) {
        let mut this = self.project();
        match this.sole.is_some() {
            true => this.sole.set(None),
            false => drop(this.others.drain(..1)),
        }
    }
}

impl<F: Future> Running<F> {
    /// The first that has ended, in the order of their starts; it is gone
    /// then. Pending as well when there is none.
    pub(super) fn poll_end(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<(Start, F::Output)> {
        let mut this = self.project();
        if let Some(started) = this.sole.as_mut().as_pin_mut()
            && let Poll::Ready(end) = started.poll_end(cx)
        {
            this.sole.set(None);
            return Poll::Ready(end);
        }
        for nth in 0..this.others.len() {
            if let Poll::Ready(end) = this.others[nth].as_mut().poll_end(cx) {
                this.others.remove(nth);
                return Poll::Ready(end);
            }
        }
        Poll::Pending
    }
}

impl<F: Future> Started<F> {
    fn poll_end(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<(Start, F::Output)> {
        let this = self.project();
        this.future.poll(cx).map(|output| (*this.start, output))
    }
}
