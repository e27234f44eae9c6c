//! Each arm runs in this test binary again, under strace.

use std::{env, fs, io, process::Command};

use crate::arms::Arm;

/// Connects of the shorter and of the longer run; what both share cancels out.
const RUNS: [u64; 2] = [200, 600];

/// Names the arm to the child under strace.
const ARM: &str = "TOWER_SOCKET_COUNTED_ARM";
/// How often the child connects.
const TIMES: &str = "TOWER_SOCKET_COUNTED_TIMES";

/// Not a test of its own: what strace watches.
#[test]
fn the_child_under_strace() {
    let (Ok(arm), Ok(times)) = (env::var(ARM), env::var(TIMES)) else { return };
    Arm::named(&arm).run(times.parse().expect("a number of connects"));
}

#[test]
fn the_same_system_calls_are_counted_every_time() {
    assert_eq!(per_connect(Arm::Tokio), per_connect(Arm::Tokio));
}

/// tokio asks a socket that has connected for its error.
#[test]
fn connector_and_server_make_one_system_call_less_than_tokio() {
    assert_eq!(per_connect(Arm::Bare).map(|calls| calls + 1), per_connect(Arm::Tokio));
}

/// The first deadline of all costs one more, which cancels out.
#[test]
fn a_stack_with_deadline_names_and_limits_makes_one_system_call_less_than_tokio() {
    assert_eq!(per_connect(Arm::Layered).map(|calls| calls + 1), per_connect(Arm::Tokio));
}

/// The first deadline of all costs one more, which cancels out.
#[test]
fn both_facades_make_one_system_call_less_than_tokio() {
    assert_eq!(per_connect(Arm::Facade).map(|calls| calls + 1), per_connect(Arm::Tokio));
}

/// System calls of one connect, accept and close; `None` when strace is missing
/// and need not be there.
fn per_connect(arm: Arm) -> Option<u64> {
    let [shorter, longer] = RUNS;
    let more = total(arm, longer)? - total(arm, shorter)?;
    let connects = longer - shorter;
    // A buffer that grows now and then is less than half a call per connect.
    Some((more + connects / 2) / connects)
}

/// System calls of a whole run.
fn total(arm: Arm, times: u64) -> Option<u64> {
    let report = tempfile::NamedTempFile::new().expect("a temporary file");
    let status = Command::new("strace")
        .args(["--follow-forks", "--quiet=all", "--signal=none", "--output"])
        .arg(report.path())
        .arg(env::current_exe().expect("the path of this binary"))
        .args(["--exact", "system_calls::the_child_under_strace"])
        .env(ARM, arm.name())
        .env(TIMES, times.to_string())
        .output();
    match status {
        Ok(output) => assert!(output.status.success(), "the child failed: {output:?}"),
        Err(error) => return skipped(&error),
    }
    let report = fs::read_to_string(report.path()).expect("strace's report");
    let calls = report.lines().filter(|line| !is_resumed(line) && !is_debug_check(line));
    u64::try_from(calls.count()).ok()
}

/// A call that another thread interrupted has two lines.
fn is_resumed(line: &str) -> bool {
    line.contains(" resumed>")
}

/// In debug builds tokio asks whether a socket that it takes over is
/// non-blocking, in release builds it does not.
fn is_debug_check(line: &str) -> bool {
    cfg!(debug_assertions) && line.contains("F_GETFL)")
}

/// strace is one of the programs that a plain `cargo test` does without.
fn skipped(error: &io::Error) -> Option<u64> {
    assert!(
        env::var_os("TOWER_SOCKET_REQUIRE_PEERS").is_none(),
        "strace is required and did not start: {error}"
    );
    eprintln!("skipped: strace did not start: {error}");
    None
}
