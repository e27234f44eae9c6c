//! The lookups of one name, all at once.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use super::{
    Lookup, Name, Records, Resolve,
    candidates::Candidates,
    error::{Failed, failure},
};
use crate::{Error, ErrorKind};

/// How long IPv4 addresses wait for the answer about IPv6: the Resolution
/// Delay of RFC 8305, section 3.
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

pub(super) struct Lookups {
    resolver: Arc<dyn Resolve>,
    name: Name,
    single: bool,
    timeout: Option<Duration>,
    progress: Progress,
    running: Vec<(Records, Lookup)>,
    deadline: Option<Pin<Box<Sleep>>>,
    delay: Option<Pin<Box<Sleep>>>,
    timed_out: bool,
    failed: Vec<Failed>,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Unstarted,
    Waiting,
    /// Addresses may be tried as soon as there are any.
    Open,
}

impl Lookups {
    pub(super) fn new(
        resolver: Arc<dyn Resolve>,
        name: Name,
        single: bool,
        timeout: Option<Duration>,
    ) -> Self {
        Self {
            resolver,
            name,
            single,
            timeout,
            progress: Progress::Unstarted,
            running: Vec::new(),
            deadline: None,
            delay: None,
            timed_out: false,
            failed: Vec::new(),
        }
    }

    pub(super) fn is_pending(&self) -> bool {
        !self.running.is_empty()
    }

    /// Ready once addresses may be tried. Later answers are still taken in.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        candidates: &mut Candidates,
    ) -> Poll<Result<(), Error>> {
        if self.progress == Progress::Unstarted {
            self.start()?;
        }
        self.poll_running(cx, candidates);
        self.poll_deadline(cx);
        if self.progress != Progress::Open {
            ready!(self.poll_preferred(cx, candidates));
            self.progress = Progress::Open;
        }
        Poll::Ready(Ok(()))
    }

    /// Resolvers need a runtime too, so they are called no earlier than here.
    fn start(&mut self) -> Result<(), Error> {
        Handle::try_current().map_err(|error| {
            Error::invalid_input("a lookup needs a tokio runtime to wait in").with_source(error)
        })?;
        self.progress = Progress::Waiting;
        self.deadline = self.timeout.map(|timeout| Box::pin(sleep(timeout)));
        for &records in self.wanted() {
            self.running.push((records, self.resolver.lookup(&self.name, records)));
        }
        Ok(())
    }

    fn wanted(&self) -> &'static [Records] {
        let records = self.resolver.records();
        if self.single && records.contains(&Records::A) { &[Records::A] } else { records }
    }

    fn poll_running(&mut self, cx: &mut Context<'_>, candidates: &mut Candidates) {
        let failed = &mut self.failed;
        self.running.retain_mut(|(records, lookup)| {
            match lookup.as_mut().poll(cx) {
                Poll::Pending => return true,
                Poll::Ready(Ok(answer)) => candidates.extend(answer.addresses),
                Poll::Ready(Err(error)) => failed.push((*records, error)),
            }
            false
        });
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) {
        let Some(deadline) = &mut self.deadline else { return };
        if self.running.is_empty() {
            self.deadline = None;
        } else if deadline.as_mut().poll(cx).is_ready() {
            self.deadline = None;
            self.timed_out = true;
            self.running.clear();
        }
    }

    /// IPv6 is preferred: its answer is waited for, but not for long once
    /// there are other addresses.
    fn poll_preferred(&mut self, cx: &mut Context<'_>, candidates: &Candidates) -> Poll<()> {
        if self.running.iter().all(|(records, _)| *records == Records::A) {
            return Poll::Ready(());
        }
        if candidates.is_empty() {
            return Poll::Pending;
        }
        self.delay.get_or_insert_with(|| Box::pin(sleep(RESOLUTION_DELAY))).as_mut().poll(cx)
    }

    /// Why there are no addresses.
    pub(super) fn error(&mut self) -> Error {
        if let Some(timeout) = self.timeout.filter(|_| self.timed_out) {
            return Error::new(ErrorKind::Timeout).with_reason("DNS lookup").with_elapsed(timeout);
        }
        let error = Error::new(ErrorKind::Resolve);
        match failure(std::mem::take(&mut self.failed)) {
            Some(source) => error.with_source(source),
            None => error.with_reason("no addresses"),
        }
    }
}
