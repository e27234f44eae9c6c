//! What the crate does, seen from outside: one module for each subject.

mod support;

mod fixed_uri;
mod timeout;
mod uri;
