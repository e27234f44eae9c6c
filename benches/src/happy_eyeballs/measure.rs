use std::{
    fs::Permissions,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use nix::sched::{CloneFlags, unshare};
use tempfile::NamedTempFile;
use tokio::time::timeout;

use super::{
    cases::Case,
    clients::{CLIENTS, Client},
    lookup::NAME_SERVER,
    scene::Scene,
};

/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of a client that was not waited for.
pub(crate) const GIVEN_UP: &str = "given up";

/// How long it took, and what came of it.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) milliseconds: f64,
    pub(crate) outcome: &'static str,
}

/// A resolver's configuration that asks our name server.
pub(crate) fn private_resolver() -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    writeln!(file, "nameserver {}", NAME_SERVER.0).expect("a temporary file to write to");
    file.as_file().set_permissions(Permissions::from_mode(0o644)).expect("a file of our own");
    file
}

/// All clients at once, each in a network of its own, once all of these are
/// ready. `None`, with a note, where networks cannot be made.
pub(crate) fn row(case: &Case, resolver: &Path) -> Option<Vec<Cell>> {
    let mut scenes = Vec::new();
    for _ in CLIENTS {
        scenes.push((case.set)((case.scene)()?));
    }
    let ready = Barrier::new(CLIENTS.len());
    let ready = &ready;
    thread::scope(|scope| {
        let running: Vec<_> = CLIENTS
            .iter()
            .zip(scenes)
            .map(|(client, scene)| scope.spawn(move || cell(client, scene, resolver, ready)))
            .collect();
        running.into_iter().map(|thread| thread.join().ok()).collect()
    })
}

fn cell((_, connect): &Client, mut scene: Scene, resolver: &Path, ready: &Barrier) -> Cell {
    let tls = scene.tls.as_ref().map(|(client, _)| client.clone());
    scene.client(async move || {
        use_resolver(resolver);
        ready.wait();
        let began = Instant::now();
        let result = timeout(PATIENCE, connect(tls)).await;
        let milliseconds = began.elapsed().as_secs_f64() * 1e3;
        let outcome = match result {
            Ok(Ok(peer)) if peer.is_ipv6() => "IPv6",
            Ok(Ok(_)) => "IPv4",
            Ok(Err(_)) => "error",
            Err(_) => GIVEN_UP,
        };
        Cell { milliseconds, outcome }
    })
}

/// For this thread, and for those it starts.
fn use_resolver(file: &Path) {
    unshare(CloneFlags::CLONE_NEWNS).expect("root");
    mount(["--make-rprivate", "/"]);
    mount(["--bind".as_ref(), file, "/etc/resolv.conf".as_ref()]);
}

fn mount<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) {
    let status = Command::new("mount").args(arguments).status().expect("mount");
    assert!(status.success(), "mount failed");
}
