//! What the suite has already.

#[path = "../../../tests/suite/support/programs.rs"]
pub(crate) mod programs;

pub(crate) use crate::name_server;
