use super::{BoxError, LocalFuture};

/// One way of doing a table's operation.
pub(crate) struct Arm {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    operation: Box<dyn Operation>,
}

/// What an arm's ratio is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    /// The others are divided by it.
    Baseline,
    /// The baseline again: shows whether the run can be trusted.
    Control,
    /// Must not cost more than this multiple of the baseline.
    Barred(f64),
}

impl Arm {
    /// What the others are divided by.
    pub(crate) fn baseline(name: &'static str, operation: impl Operation + 'static) -> Self {
        Self { name, role: Role::Baseline, operation: Box::new(operation) }
    }

    /// The baseline's operation a second time.
    pub(crate) fn control(operation: impl Operation + 'static) -> Self {
        Self { name: "A/A", role: Role::Control, operation: Box::new(operation) }
    }

    /// An arm that may cost `bar` times the baseline.
    pub(crate) fn new(name: &'static str, bar: f64, operation: impl Operation + 'static) -> Self {
        Self { name, role: Role::Barred(bar), operation: Box::new(operation) }
    }

    /// Does the operation `times` times.
    pub(crate) async fn repeat(&mut self, times: u32) -> Result<(), BoxError> {
        self.operation
            .repeat(times)
            .await
            .map_err(|error| format!("the arm \"{}\" failed: {error}", self.name).into())
    }
}

/// An operation that can be repeated; every `async` closure is one.
pub(crate) trait Operation {
    fn repeat(&mut self, times: u32) -> LocalFuture<'_, Result<(), BoxError>>;
}

impl<F> Operation for F
where
    F: AsyncFnMut() -> Result<(), BoxError>,
{
    fn repeat(&mut self, times: u32) -> LocalFuture<'_, Result<(), BoxError>> {
        Box::pin(async move {
            for _ in 0..times {
                self().await?;
            }
            Ok(())
        })
    }
}
