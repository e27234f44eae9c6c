use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts how many of its [`Counted`] values are gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Drops(Arc<AtomicUsize>);

#[derive(Debug)]
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn counted(&self) -> Counted {
        Counted(self.0.clone())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
