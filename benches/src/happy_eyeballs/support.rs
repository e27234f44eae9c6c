//! What the suite has already.

#[path = "../../../tests/suite/support/name_server.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod name_server;
#[path = "../../../tests/suite/support/programs.rs"]
pub(crate) mod programs;
