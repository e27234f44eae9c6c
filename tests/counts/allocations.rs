//! Allocations of one connect, accept and close, both ends.

use allocation_counter::measure;

use crate::arms::Arm;

/// Connects of the shorter and of the longer run; what both share cancels out.
const RUNS: [u64; 2] = [100, 300];

#[test]
fn the_same_allocations_are_counted_every_time() {
    assert_eq!(per_connect(Arm::Tokio), per_connect(Arm::Tokio));
}

#[test]
fn connector_and_server_allocate_two_times_more_than_tokio() {
    assert_eq!(per_connect(Arm::Bare), per_connect(Arm::Tokio) + 2);
}

#[test]
fn a_stack_with_deadline_names_and_limits_allocates_at_most_five_times_more_than_tokio() {
    assert!(per_connect(Arm::Layered) <= per_connect(Arm::Tokio) + 5);
}

#[test]
fn from_text_both_facades_allocate_at_most_seven_times_more_than_tokio() {
    assert!(per_connect(Arm::Facade) <= per_connect(Arm::Tokio) + 7);
}

fn per_connect(arm: Arm) -> u64 {
    let [shorter, longer] = RUNS;
    let more = total(arm, longer) - total(arm, shorter);
    let connects = longer - shorter;
    // A buffer that grows now and then is less than half an allocation per connect.
    (more + connects / 2) / connects
}

fn total(arm: Arm, times: u64) -> u64 {
    measure(|| arm.run(times)).count_total
}
