//! The lookups of one name, all at once.

use std::{
    mem,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{runtime::Handle, time::Instant};

use super::{
    Family, Lookup, Name, Records, Resolve,
    candidates::Candidates,
    error::{Failed, beside_attempts, failure, kind},
    layer::Options,
    nat64::{Discovering, Nat64},
    trace::{self, Began},
};
use crate::{
    Error, ErrorKind,
    error::{GivenUp, give_up},
};

pub(super) struct Lookups {
    resolver: Arc<dyn Resolve>,
    name: Name,
    options: Options,
    progress: Progress,
    running: Vec<(Records, Lookup)>,
    discovering: Discovering,
    began: Began,
    deadline: Option<Instant>,
    timed_out: bool,
    failed: Vec<Failed>,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Unstarted,
    Waiting,
    /// There are addresses, but none of the preferred family.
    Delayed(Option<Instant>),
    /// Addresses may be tried as soon as there are any.
    Open {
        after_delay: bool,
    },
}

impl Lookups {
    pub(super) fn new(
        resolver: Arc<dyn Resolve>,
        name: Name,
        nat64: Nat64,
        options: &Options,
    ) -> Self {
        Self {
            resolver,
            name,
            options: *options,
            progress: Progress::Unstarted,
            running: Vec::new(),
            discovering: Discovering::new(nat64),
            began: Began::now(),
            deadline: None,
            timed_out: false,
            failed: Vec::new(),
        }
    }

    /// The addresses are known.
    pub(super) fn none(resolver: Arc<dyn Resolve>, options: &Options) -> Self {
        let mut lookups = Self::new(resolver, Name::from(""), Nat64::Off, options);
        lookups.progress = Progress::Open { after_delay: false };
        lookups
    }

    /// Whether there may be more addresses.
    pub(super) fn is_pending(&self) -> bool {
        !self.running.is_empty() || self.discovering.holds()
    }

    /// Takes in what was answered.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        candidates: &mut Candidates,
    ) -> Result<(), Error> {
        if self.progress == Progress::Unstarted {
            self.start(candidates)?;
        }
        self.discovering.poll(cx, candidates);
        let (failed, name, began) = (&mut self.failed, &self.name, self.began);
        self.running.retain_mut(|(records, lookup)| {
            let Poll::Ready(result) = lookup.as_mut().poll(cx) else { return true };
            trace::query_finished(name, *records, began, result.as_ref());
            match result {
                Ok(answer) => self.discovering.pass(answer.addresses, candidates),
                Err(error) => failed.push((*records, error)),
            }
            false
        });
        Ok(())
    }

    /// Resolvers need a runtime too, so they are called no earlier than here.
    fn start(&mut self, candidates: &Candidates) -> Result<(), Error> {
        Handle::try_current().map_err(|error| {
            Error::invalid_input("a lookup needs a tokio runtime to wait in").with_source(error)
        })?;
        self.progress = Progress::Waiting;
        self.began = Began::now();
        let timeout = self.options.lookup_timeout;
        self.deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        for &records in self.wanted() {
            trace::query_started(&self.name, records);
            self.running.push((records, self.resolver.lookup(&self.name, records)));
        }
        self.discovering.start(self.resolver.as_ref(), candidates);
        Ok(())
    }

    fn wanted(&self) -> &'static [Records] {
        let records = self.resolver.records();
        let only_v4 = self.options.single && records.contains(&Records::A);
        if only_v4 { &[Records::A] } else { records }
    }

    /// Gives up what has not been answered in time.
    pub(super) fn expire(&mut self, now: Instant, candidates: &mut Candidates) {
        if self.is_pending() && self.deadline.is_some_and(|deadline| deadline <= now) {
            self.timed_out = true;
            self.discovering.expire(candidates);
            for (records, _) in self.running.drain(..) {
                trace::query_timed_out(&self.name, records, self.options.lookup_timeout);
            }
        }
    }

    /// Whether addresses may be tried. The answer about the preferred family
    /// is waited for, but not for long once there are other addresses.
    pub(super) fn have_opened(&mut self, now: Instant, candidates: &Candidates) -> bool {
        let preferred_is_answered = !self.running.iter().any(|(records, _)| self.awaits(*records));
        self.progress = match self.progress {
            Progress::Open { .. } => self.progress,
            _ if preferred_is_answered => Progress::Open { after_delay: false },
            Progress::Delayed(Some(end)) if end <= now => Progress::Open { after_delay: true },
            Progress::Delayed(end) => Progress::Delayed(end),
            _ if candidates.is_empty() => Progress::Waiting,
            _ if candidates.order().prefers_in_vain() => Progress::Open { after_delay: false },
            _ => Progress::Delayed(now.checked_add(self.options.race.resolution_delay)),
        };
        matches!(self.progress, Progress::Open { .. })
    }

    /// What let the first attempt start.
    pub(super) fn trigger(&self) -> &'static str {
        match self.progress {
            Progress::Open { after_delay: true } => "resolution_delay_expired",
            _ => "dns_completed",
        }
    }

    fn awaits(&self, records: Records) -> bool {
        match records {
            Records::A => self.options.race.preferred_family == Family::Ipv4,
            Records::Aaaa => self.options.race.preferred_family == Family::Ipv6,
            Records::Both => true,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let delay = match self.progress {
            Progress::Delayed(end) => end,
            _ => None,
        };
        let deadline = self.deadline.filter(|_| self.is_pending());
        deadline.into_iter().chain(delay).min()
    }

    /// The connection stands. What is not yet answered is of use to others.
    pub(super) fn finish(&mut self) {
        let running = mem::take(&mut self.running).into_iter().map(|(_, lookup)| lookup);
        let running: Vec<_> = running.chain(self.discovering.finish()).collect();
        if !running.is_empty() {
            self.resolver.finish(running);
        }
    }

    /// Why there are no addresses.
    pub(super) fn error(&mut self) -> Error {
        if let Some(timeout) = self.options.lookup_timeout.filter(|_| self.timed_out) {
            let error = Error::phase_timed_out("DNS lookup", timeout);
            return with_reasons(error, &beside_attempts(&self.failed));
        }
        let error = Error::new(ErrorKind::Resolve);
        match failure(mem::take(&mut self.failed)) {
            Some(source) => error.with_source(source),
            None => error.with_reason("no addresses"),
        }
    }

    /// Why there were no more addresses than those that failed.
    pub(super) fn add_to(&mut self, error: Error) -> Error {
        let mut reasons = beside_attempts(&mem::take(&mut self.failed));
        if let Some(timeout) = self.options.lookup_timeout.filter(|_| self.timed_out) {
            reasons.push(format!("DNS lookup timed out after {timeout:?}"));
        }
        with_reasons(error, &reasons)
    }

    /// What a deadline above puts an end to.
    fn given_up(&self) -> GivenUp {
        let phase = match self.running.as_slice() {
            [(records, _)] if *records != Records::Both => {
                format!("during DNS lookup ({})", kind(*records))
            }
            _ => "during DNS lookup".into(),
        };
        GivenUp { failures: beside_attempts(&self.failed), ..GivenUp::in_phase(phase) }
    }
}

impl Drop for Lookups {
    fn drop(&mut self) {
        if self.is_pending() {
            give_up(|| self.given_up());
        }
    }
}

fn with_reasons(error: Error, reasons: &[String]) -> Error {
    if reasons.is_empty() { error } else { error.with_reason(reasons.join("; ")) }
}
