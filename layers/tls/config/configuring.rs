//! The platform's roots are files: reading them must not block the runtime.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::ClientConfig;
use tokio::task::{JoinHandle, spawn_blocking};

use super::ClientTls;
use crate::{Error, ErrorKind, runtime};

/// Ready at once but for the first use.
pub(in crate::layers::tls) enum Configuring {
    Ready(Arc<ClientConfig>),
    Reading(JoinHandle<Result<Arc<ClientConfig>, Error>>),
}

impl Configuring {
    pub(in crate::layers::tls) fn new(tls: &ClientTls) -> Result<Self, Error> {
        if let Some(config) = tls.made() {
            return Ok(Self::Ready(config));
        }
        runtime::require()?;
        let tls = tls.clone();
        Ok(Self::Reading(spawn_blocking(move || tls.config())))
    }
}

impl Future for Configuring {
    type Output = Result<Arc<ClientConfig>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Ready(config) => Poll::Ready(Ok(Arc::clone(config))),
            Self::Reading(reading) => {
                let read = ready!(Pin::new(reading).poll(cx));
                Poll::Ready(read.unwrap_or_else(|error| {
                    Err(Error::new(ErrorKind::Tls)
                        .with_reason("reading the root certificates failed")
                        .with_source(error))
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_cannot_be_read_is_no_mistake_of_the_caller() {
        let tls = ClientTls::deferred(|| panic!("a library's"), None);
        let error = Configuring::new(&tls).unwrap().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls);
    }
}
