use std::ops::DerefMut;

use futures_core::Stream;

use super::{Accept, ServerHandle};
use crate::{Connection, Error};

/// Any server: a stream of connections with a handle.
///
/// Every server implements it, and every layer over a server passes it on.
/// An `Err` item is one connection that was not to be, and the server goes on;
/// `None` comes after [`ServerHandle::close`]. Only where the listening socket
/// itself is broken (`EBADF`, `EFAULT`, `EINVAL`, `ENOTSOCK` of accept(2)) is
/// the error the last item, and the server closed.
pub trait Incoming: Stream<Item = Result<Connection, Error>> {
    /// Controls this server from anywhere.
    fn handle(&self) -> ServerHandle;

    /// Waits for the next connection; `next()` of a stream for those who have
    /// no `StreamExt` in scope.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no connection.
    fn accept(&mut self) -> Accept<'_, Self>
    where
        Self: Sized + Unpin,
    {
        Accept::new(self)
    }
}

impl<S: Incoming + ?Sized + Unpin> Incoming for Box<S> {
    fn handle(&self) -> ServerHandle {
        (**self).handle()
    }
}

impl<P> Incoming for std::pin::Pin<P>
where
    P: DerefMut + Unpin,
    P::Target: Incoming,
{
    fn handle(&self) -> ServerHandle {
        (**self).handle()
    }
}
