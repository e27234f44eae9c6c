use std::any::Any;

use super::{BoxError, LocalFuture, Subject};

/// One way of doing a table's operation.
pub(crate) struct Arm {
    pub(crate) subject: Subject,
    operation: Box<dyn Operation>,
    _kept: Option<Box<dyn Any>>,
}

impl Arm {
    pub(crate) fn new(subject: Subject, operation: impl Operation + 'static) -> Self {
        Self { subject, operation: Box::new(operation), _kept: None }
    }

    /// Keeps what the run needs until its end.
    pub(crate) fn keeping(self, kept: impl Any) -> Self {
        Self { _kept: Some(Box::new(kept)), ..self }
    }

    /// Does the operation `times` times.
    pub(crate) async fn repeat(&mut self, times: u32) -> Result<(), BoxError> {
        self.operation
            .repeat(times)
            .await
            .map_err(|error| format!("the arm \"{}\" failed: {error}", self.subject.name).into())
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
