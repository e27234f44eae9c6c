use std::{
    fs::File,
    os::fd::AsRawFd,
    panic,
    process::{self, Command},
    thread,
};

use nix::sched::{CloneFlags, setns, unshare};

/// A network namespace without a name: the kernel takes it away with the last
/// descriptor that leads there, however the test ends.
#[derive(Debug)]
pub(crate) struct Namespace(File);

impl Namespace {
    /// Fails where this is not root.
    pub(crate) fn new() -> nix::Result<Self> {
        apart(|| {
            unshare(CloneFlags::CLONE_NEWNET)?;
            Ok(Self(File::open("/proc/thread-self/ns/net").unwrap()))
        })
    }

    /// Runs this on a thread inside. Sockets opened there stay there, wherever
    /// they are used.
    pub(crate) fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        apart(|| {
            setns(&self.0, CloneFlags::CLONE_NEWNET).unwrap();
            work()
        })
    }

    pub(crate) fn ip(&self, arguments: &str) {
        self.inside(|| ip(arguments));
    }

    /// Asks until the answer has this word: the kernel brings up links and
    /// IPv6 addresses in its own time, and drops packets meanwhile.
    pub(crate) fn ip_until(&self, arguments: &str, word: &str) {
        let show = || Command::new("ip").args(arguments.split_whitespace()).output().unwrap();
        let has = |text: &[u8]| String::from_utf8_lossy(text).split_whitespace().any(|w| w == word);
        self.inside(|| while !has(&show().stdout) {});
    }

    pub(crate) fn nft(&self, arguments: &str) {
        self.inside(|| run("nft", arguments));
    }

    /// As other programs find it.
    pub(crate) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", process::id(), self.0.as_raw_fd())
    }
}

/// Where this thread is.
pub(crate) fn ip(arguments: &str) {
    run("ip", arguments);
}

fn run(program: &str, arguments: &str) {
    let status = Command::new(program).args(arguments.split_whitespace()).status().unwrap();
    assert!(status.success(), "{program} {arguments}");
}

/// Only the thread moves, not the test.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let result = thread::scope(|scope| scope.spawn(work).join());
    result.unwrap_or_else(|panic| panic::resume_unwind(panic))
}
