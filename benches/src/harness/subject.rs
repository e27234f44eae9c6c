use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Who is measured, and what that is to reach.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) bars: Vec<Bar>,
    pub(crate) share: Option<Share>,
    pub(crate) note: Option<&'static str>,
}

/// What a subject's ratio is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The others are divided by it.
    Baseline,
    /// The baseline again: shows whether the run can be trusted.
    Control,
    /// Shown beside ours.
    Peer,
    /// tower-socket.
    Ours,
}

/// What is to be reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bar {
    /// At most this multiple of the baseline.
    AtMost(f64),
    /// A ratio below that of another subject of the same run.
    Below(&'static str),
    /// At most so much above the ratio of another subject.
    Within(f64, &'static str),
    /// So many times the rate of another subject.
    Faster(f64, &'static str),
    /// So many operations a second.
    PerSecond(f64),
    /// At most so much, in the table's unit.
    Value(f64),
    /// At least this share of the operations is what [`Share`] says.
    Share(f64),
}

/// How many of the operations were of a kind: handshakes that resumed, say.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) word: &'static str,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    some: AtomicU64,
    all: AtomicU64,
}

impl Subject {
    /// What the others are divided by.
    pub(crate) fn baseline(name: impl Into<String>) -> Self {
        Self::new(name, Role::Baseline)
    }

    /// The baseline a second time.
    pub(crate) fn control() -> Self {
        Self::new("A/A", Role::Control)
    }

    pub(crate) fn peer(name: impl Into<String>) -> Self {
        Self::new(name, Role::Peer)
    }

    pub(crate) fn ours(name: impl Into<String>) -> Self {
        Self::new(name, Role::Ours)
    }

    fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role, bars: Vec::new(), share: None, note: None }
    }

    pub(crate) fn reaches(mut self, bar: Bar) -> Self {
        self.bars.push(bar);
        self
    }

    /// Shows a word beside the figures.
    pub(crate) fn noting(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }

    /// Shows a share beside the figures.
    pub(crate) fn counting(mut self, share: &Share) -> Self {
        self.share = Some(share.clone());
        self
    }
}

impl Share {
    pub(crate) fn new(word: &'static str) -> Self {
        Self { word, counts: Arc::default() }
    }

    pub(crate) fn count(&self, yes: bool) {
        self.counts.some.fetch_add(yes.into(), Relaxed);
        self.counts.all.fetch_add(1, Relaxed);
    }

    /// Forgets what a warm-up counted.
    pub(crate) fn reset(&self) {
        self.counts.some.store(0, Relaxed);
        self.counts.all.store(0, Relaxed);
    }

    pub(crate) fn value(&self) -> f64 {
        let all = self.counts.all.load(Relaxed).max(1);
        self.counts.some.load(Relaxed) as f64 / all as f64
    }
}
