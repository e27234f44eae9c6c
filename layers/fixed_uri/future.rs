use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http::Uri;
use pin_project_lite::pin_project;

use crate::Error;

pin_project! {
    /// A connection attempt to the one URI. Dropping it drops the attempt.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Connecting<F> {
        #[pin]
        inner: F,
        uri: Uri,
    }
}

impl<F> Connecting<F> {
    pub(super) fn new(inner: F, uri: Uri) -> Self {
        Self { inner, uri }
    }
}

impl<F, C, E> Future for Connecting<F>
where
    F: Future<Output = Result<C, E>>,
    E: Into<Error>,
{
    type Output = Result<C, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = this.inner.poll(cx).map_err(Into::into);
        result.map_err(|error| error.passing(mem::take(this.uri)))
    }
}
