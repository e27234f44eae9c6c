//! What the suite has already.

#[path = "../suite/support/certificates.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod certificates;
#[path = "../suite/support/name_server.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod name_server;
#[path = "../suite/support/programs.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod programs;
#[path = "../suite/support/running.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod running;
