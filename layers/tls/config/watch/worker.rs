//! The thread that waits for changes.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::AccessKind};

use super::{
    failed,
    files::{Stamp, directories},
};
use crate::{Error, layers::tls::config::certificates::Certificates};

/// Who writes in several steps is done when nothing has changed for so long,
const QUIET: Duration = Duration::from_millis(100);
/// or never is.
const LONGEST: Duration = Duration::from_secs(1);
/// How often files are looked at that are bad or cannot be watched.
const RETRY: Duration = Duration::from_secs(1);

pub(super) enum Message {
    Changed,
    Stop,
}

pub(super) struct Worker<F> {
    certificates: Arc<Certificates>,
    files: Vec<PathBuf>,
    stamps: Vec<Option<Stamp>>,
    watcher: RecommendedWatcher,
    directories: BTreeSet<PathBuf>,
    is_blind: bool,
    is_bad: bool,
    on_reload: F,
}

impl<F: FnMut(Result<(), Error>)> Worker<F> {
    /// Reads the files once: they may have changed before they were watched.
    pub(super) fn new(
        certificates: Arc<Certificates>,
        changes: Sender<Message>,
        on_reload: F,
    ) -> Result<Self, Error> {
        let files = certificates.files();
        if files.is_empty() {
            return Err(Error::invalid_input("there are no certificate files to watch"));
        }
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, is_change) {
                let _ = changes.send(Message::Changed);
            }
        });
        let mut worker = Self {
            certificates,
            files,
            stamps: Vec::new(),
            watcher: watcher.map_err(|error| failed().with_source(error))?,
            directories: BTreeSet::new(),
            is_blind: false,
            is_bad: false,
            on_reload,
        };
        worker.watch().map_err(|error| failed().with_source(error))?;
        worker.stamps = worker.stamp();
        worker.certificates.reload()?;
        Ok(worker)
    }

    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        while self.wait(messages).is_some() {
            self.is_blind = self.watch().is_err();
            // Before they are read: what changes later is read again.
            let stamps = self.stamp();
            let is_new = stamps != self.stamps;
            if is_new || self.is_bad {
                self.stamps = stamps;
                self.reload(is_new);
            }
        }
    }

    /// Until there may be something new; `None` at the end.
    fn wait(&self, messages: &Receiver<Message>) -> Option<()> {
        let first = match self.is_blind || self.is_bad {
            true => messages.recv_timeout(RETRY),
            false => messages.recv().map_err(RecvTimeoutError::from),
        };
        match first {
            Ok(Message::Changed) => settle(messages),
            Err(RecvTimeoutError::Timeout) => Some(()),
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// A directory may be another one than before, so each is watched anew.
    fn watch(&mut self) -> notify::Result<()> {
        let wanted: BTreeSet<_> = self.files.iter().flat_map(|file| directories(file)).collect();
        for gone in self.directories.difference(&wanted) {
            let _ = self.watcher.unwatch(gone);
        }
        let watched = wanted
            .iter()
            .map(|directory| self.watcher.watch(directory, RecursiveMode::NonRecursive))
            .fold(Ok(()), notify::Result::and);
        self.directories = wanted;
        watched
    }

    fn stamp(&self) -> Vec<Option<Stamp>> {
        self.files.iter().map(|file| Stamp::of(file)).collect()
    }

    /// Tells of the same bad files once.
    fn reload(&mut self, is_new: bool) {
        let result = self.certificates.reload();
        self.is_bad = result.is_err();
        if self.is_bad && !is_new {
            return;
        }
        tell(&self.files, &result);
        (self.on_reload)(result);
    }
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
fn tell(files: &[PathBuf], result: &Result<(), Error>) {
    match result {
        Ok(()) => {
            event!("certificates_reloaded", files = ?files);
        }
        Err(error) => {
            event!("certificates_kept", files = ?files, error = %error);
        }
    }
}

/// Reading is none, but closing what was written to is.
fn is_change(event: &Event) -> bool {
    match event.kind {
        EventKind::Access(AccessKind::Close(mode)) => mode == notify::event::AccessMode::Write,
        EventKind::Access(_) => false,
        _ => true,
    }
}

fn settle(messages: &Receiver<Message>) -> Option<()> {
    let begun = Instant::now();
    while begun.elapsed() < LONGEST {
        match messages.recv_timeout(QUIET) {
            Ok(Message::Changed) => {}
            Err(RecvTimeoutError::Timeout) => break,
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    Some(())
}
