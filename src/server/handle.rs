use std::{fmt, os::fd::OwnedFd, sync::Arc, time::Duration};

use super::{Counters, Drained, drain, listener::Control};
use crate::{Address, Error, ErrorKind, Registry};

/// Controls a server from anywhere.
///
/// Every call may be made any number of times, in any order.
#[derive(Clone)]
pub struct ServerHandle {
    listeners: Arc<[Controlled]>,
    registry: Registry,
    draining: drain::Signal,
}

#[derive(Clone)]
struct Controlled {
    control: Arc<dyn Control>,
    secured: bool,
}

impl Controlled {
    fn address(&self) -> Option<Address> {
        let address = self.control.address()?;
        Some(if self.secured { address.secured() } else { address })
    }
}

impl ServerHandle {
    pub(super) fn new(control: Arc<dyn Control>, registry: Registry) -> Self {
        let listeners = Arc::new([Controlled { control, secured: false }]);
        Self { listeners, registry, draining: drain::Signal::default() }
    }

    /// Controls them all.
    pub(super) fn merged(handles: &[Self]) -> Self {
        Self {
            listeners: handles.iter().flat_map(|handle| handle.listeners.iter().cloned()).collect(),
            registry: Registry::merged(handles.iter().map(|handle| handle.registry.clone())),
            draining: drain::Signal::over(handles.iter().map(|handle| handle.draining.clone())),
        }
    }

    /// The same server as it is reached with TLS.
    #[cfg(feature = "tls")]
    pub(crate) fn secured(mut self) -> Self {
        let listeners = self.listeners.iter().cloned();
        self.listeners = listeners.map(|it| Controlled { secured: true, ..it }).collect();
        self
    }

    fn controls(&self) -> impl Iterator<Item = &dyn Control> {
        self.listeners.iter().map(|listener| &*listener.control)
    }

    /// Where the server listens; the real port where port 0 was asked for.
    /// `None` once it is closed.
    pub fn address(&self) -> Option<Address> {
        self.addresses().into_iter().next()
    }

    /// Where the server listens, one address for each of its listeners that is
    /// still open.
    pub fn addresses(&self) -> Vec<Address> {
        self.listeners.iter().filter_map(Controlled::address).collect()
    }

    /// Duplicates of the listening sockets, one for each listener that is still
    /// open, in the order of [`addresses`](Self::addresses): for another process
    /// to accept on when this one has closed. The file of a Unix socket stays
    /// then.
    ///
    /// [`fd::hand_over`](crate::fd) passes them to a program.
    ///
    /// # Errors
    ///
    /// [`Listen`](crate::ErrorKind::Listen) with `EMFILE` where there are no more
    /// descriptors.
    pub fn descriptors(&self) -> Result<Vec<OwnedFd>, Error> {
        let descriptors = self.controls().filter_map(|control| control.descriptor());
        descriptors
            .collect::<Result<_, _>>()
            .map_err(|error| Error::new(ErrorKind::Listen).with_source(error))
    }

    /// The connections that are open now, with those still in their handshake.
    pub fn connections(&self) -> &Registry {
        &self.registry
    }

    /// What has happened since the server was bound.
    pub fn counters(&self) -> Counters {
        Counters::sum(self.controls().map(Control::tally), self.registry.len())
    }

    /// Accepts nothing until [`resume`](Self::resume). The socket goes on
    /// listening: clients connect into the kernel's queue and wait there.
    /// Handshakes already begun may still be yielded.
    pub fn pause(&self) {
        self.controls().for_each(|control| control.pause());
    }

    /// Accepts again, first those who waited.
    pub fn resume(&self) {
        self.controls().for_each(|control| control.resume());
    }

    /// Whether [`pause`](Self::pause) is in force.
    pub fn is_paused(&self) -> bool {
        self.controls().any(|control| control.is_paused())
    }

    /// Stops listening at once; connections stay open. The stream yields the
    /// handshakes already begun and then ends, also where it waits at its limit
    /// ([`pause_on_limit`](crate::layers::LimitLayer::pause_on_limit)). There a
    /// handshake needs a place to be yielded, which [`drain`](Self::drain) sees
    /// to.
    pub fn close(&self) {
        self.controls().for_each(|control| control.close());
    }

    /// Whether [`close`](Self::close) was called.
    pub fn is_closed(&self) -> bool {
        self.addresses().is_empty()
    }

    /// Closes the server, waits for its connections to end, asks those left
    /// after `deadline` to end ([`ConnectionInfo::close`](crate::ConnectionInfo::close)),
    /// gives their handlers a moment to do so, and reports.
    ///
    /// Handlers learn of it by [`draining`](Self::draining). The stream still
    /// has to be polled for handshakes that are running to be yielded.
    pub async fn drain(&self, deadline: Duration) -> Drained {
        self.draining.send();
        self.close();
        drain::wait(&self.registry, deadline).await
    }

    /// Completes once [`drain`](Self::drain) was called.
    pub async fn draining(&self) {
        self.draining.received().await;
    }
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle")
            .field("addresses", &self.addresses())
            .field("is_paused", &self.is_paused())
            .field("connections", &self.registry.len())
            .finish()
    }
}
