//! Programs from outside that tests drive.

use std::process::{Command, Stdio};

/// `None`, with a note, where the program is not installed: the test is
/// skipped. With `TOWER_SOCKET_REQUIRE_PEERS=1` it fails instead.
pub(crate) fn program(name: &str) -> Option<Command> {
    let mut probe = Command::new("sh");
    probe.args(["-c", &format!("command -v {name}")]).stdout(Stdio::null());
    if probe.status().is_ok_and(|status| status.success()) {
        return Some(Command::new(name));
    }
    skip(&format!("{name} is not installed"));
    None
}

/// Says that a test is skipped, or fails it where nothing may be skipped.
pub(crate) fn skip(why: &str) {
    let required = std::env::var_os("TOWER_SOCKET_REQUIRE_PEERS").is_some_and(|set| set == "1");
    assert!(!required, "{why}");
    eprintln!("skipped: {why}");
}
