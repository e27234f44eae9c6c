//! Ratios of CPU time that hold to 1 % on a noisy machine.
//!
//! Client and server share one thread and one `current_thread` runtime. In each
//! round every arm runs once for a few milliseconds, in an order that is rotated
//! and reversed from round to round. What counts is the median, over the rounds,
//! of an arm's CPU time divided by the baseline's of the same round. One arm is
//! the baseline a second time: when its ratio leaves 0.99–1.01, the run says
//! nothing and is void.
//!
//! A new arm is an [`Arm`] of a [`Subject`] and one `async` closure; a new table
//! is a [`Table`] with a function that builds its arms.

mod arm;
mod clock;
mod descriptors;
mod order;
mod report;
mod rounds;
mod statistics;
mod subject;
mod table;

pub(crate) use self::{
    arm::{Arm, Operation},
    clock::Clock,
    descriptors::raise_descriptor_limit,
    order::order,
    report::{Line, Report, Verdict},
    rounds::Settings,
    statistics::quantile,
    subject::{Bar, Role, Share, Subject},
    table::{Measure, Paired, Table, between, measure},
};

/// Whatever an arm may fail with.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A boxed future on the one thread of the runtime.
pub(crate) type LocalFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + 'a>>;
