//! Reloading certificates when their files change.

mod files;
mod worker;

use std::{
    fmt,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread,
};

use self::worker::{Message, Worker};
use super::certificates::Certificates;
use crate::{Error, ErrorKind};

/// Watches the files of a [`ServerTls`](super::ServerTls); see
/// [`ServerTls::watch`](super::ServerTls::watch).
///
/// Dropping it stops the watching; a reload that is under way is finished.
#[must_use = "dropping it stops the watching"]
pub struct CertificateWatcher {
    worker: Sender<Message>,
}

impl CertificateWatcher {
    pub(super) fn start(
        certificates: Arc<Certificates>,
        on_reload: impl FnMut(Result<(), Error>) + Send + 'static,
    ) -> Result<Self, Error> {
        let (sender, messages) = channel();
        let worker = Worker::new(certificates, sender.clone(), on_reload)?;
        thread::Builder::new()
            .name("certificates".to_owned())
            .spawn(move || worker.run(&messages))
            .map_err(|error| failed().with_source(error))?;
        Ok(Self { worker: sender })
    }
}

impl Drop for CertificateWatcher {
    fn drop(&mut self) {
        let _ = self.worker.send(Message::Stop);
    }
}

impl fmt::Debug for CertificateWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateWatcher").finish_non_exhaustive()
    }
}

fn failed() -> Error {
    Error::new(ErrorKind::Tls).with_reason("cannot watch the certificates")
}
