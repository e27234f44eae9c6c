//! One wrapper's way to a token.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::time::{Instant, Sleep, sleep_until};

use super::{bucket::Token, rates::Rates};
use crate::reconsider;

/// Takes tokens beforehand where the layer waits, and none where it does not.
#[derive(Debug)]
pub(super) struct Gate {
    rates: Rates,
    waits: bool,
    waiting: Option<Pin<Box<Sleep>>>,
    reconsider: reconsider::Wait,
    reserved: Option<Token>,
}

impl Gate {
    pub(super) fn new(rates: Rates, waits: bool) -> Self {
        Self { rates, waits, waiting: None, reconsider: None, reserved: None }
    }

    pub(super) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// A token taken beforehand; none where the layer does not wait, and none
    /// at a rate of 0, where one would wait for ever.
    pub(super) fn poll_token(&mut self, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        while self.waits {
            let until = match self.rates.take() {
                Ok(token) => return Poll::Ready(Some(token)),
                Err(too_early) => too_early.until,
            };
            let Some(until) = until else { break };
            if reconsider::poll(&mut self.reconsider, cx).is_pending() {
                ready!(self.poll_time(until, cx));
            }
        }
        Poll::Ready(None)
    }

    fn poll_time(&mut self, until: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.waiting.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if sleep.deadline() != until {
            sleep.as_mut().reset(until);
        }
        sleep.as_mut().poll(cx)
    }

    /// Keeps a token until it is spent.
    pub(super) fn poll_reserve(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.reserved.is_none() {
            self.reserved = ready!(self.poll_token(cx));
        }
        Poll::Ready(())
    }

    pub(super) fn spend(&mut self) -> Option<Token> {
        self.reserved.take()
    }
}

/// A token belongs to the wrapper that reserved it.
impl Clone for Gate {
    fn clone(&self) -> Self {
        Self::new(self.rates.clone(), self.waits)
    }
}
