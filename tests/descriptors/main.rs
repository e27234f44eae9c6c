//! What depends on how many descriptors the whole process has open: one test
//! at a time.

mod exhaustion;
mod leaks;

use std::{
    fs,
    os::fd::OwnedFd,
    sync::{Mutex, PoisonError},
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::runtime::Builder;

/// Runs a test while the others wait: a runtime has descriptors of its own.
fn alone<F: Future<Output = ()>>(test: F) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

fn open_descriptors() -> usize {
    // One of them is the directory's own.
    fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

/// Uses up all descriptors until it is dropped.
struct Exhausted {
    spare: Vec<OwnedFd>,
    limit: (u64, u64),
}

impl Exhausted {
    fn new() -> Self {
        let limit = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        let highest = fs::read_dir("/proc/self/fd")
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().parse::<u64>().unwrap());
        setrlimit(Resource::RLIMIT_NOFILE, highest.max().unwrap() + 1, limit.1).unwrap();
        let any = std::io::stdin();
        let duplicate = || std::os::fd::AsFd::as_fd(&any).try_clone_to_owned().ok();
        Self { spare: std::iter::from_fn(duplicate).collect(), limit }
    }

    /// Sets one free.
    fn free_one(&mut self) {
        self.spare.pop().unwrap();
    }
}

impl Drop for Exhausted {
    fn drop(&mut self) {
        setrlimit(Resource::RLIMIT_NOFILE, self.limit.0, self.limit.1).unwrap();
    }
}
