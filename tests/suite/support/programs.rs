//! Programs from outside that tests drive.

use std::{env, process::Command};

/// `None`, with a note, where the program is not installed: the test is
/// skipped. With `TOWER_SOCKET_REQUIRE_PEERS=1` it fails instead.
pub(crate) fn program(name: &str) -> Option<Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Servers are often kept out of the path of users.
    let directories = env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = directories.map(|directory| directory.join(name)).find(|path| path.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found.map(Command::new)
}

/// Says that a test is skipped, or fails it where nothing may be skipped.
pub(crate) fn skip(why: &str) {
    let required = env::var_os("TOWER_SOCKET_REQUIRE_PEERS").is_some_and(|set| set == "1");
    assert!(!required, "{why}");
    eprintln!("skipped: {why}");
}
