use std::{
    mem,
    sync::{Arc, PoisonError, RwLock},
};

use tower_layer::Layer;

use super::{Access, AccessList};
use crate::{Connection, Error};

/// Closes connections of those who may not come in. See the [module](super)
/// for details.
///
/// Clones share one list.
#[derive(Clone, Debug)]
pub struct AccessLayer {
    list: Arc<RwLock<AccessList>>,
}

impl AccessLayer {
    /// Lets in whom the list does.
    pub fn new(list: AccessList) -> Self {
        Self { list: Arc::new(RwLock::new(list)) }
    }

    /// Puts another list in the place of this one, for all clones and whatever
    /// they wrap. Connections that are open stay.
    pub fn set(&self, list: AccessList) {
        self.update(|_| list);
    }

    /// Changes the list, for all clones and whatever they wrap. Connections that
    /// are open stay.
    ///
    /// Connections wait for `change` to be done. Where it panics, the list lets
    /// in nobody.
    pub fn update(&self, change: impl FnOnce(AccessList) -> AccessList) {
        let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
        *list = change(mem::replace(&mut *list, AccessList::deny_all()));
    }

    /// The list as it is now.
    pub fn list(&self) -> AccessList {
        self.list.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes the connection where it may not come in.
    pub(super) fn admit(&self, connection: Connection) -> Result<Connection, Error> {
        self.list.read().unwrap_or_else(PoisonError::into_inner).check(&connection)?;
        Ok(connection)
    }
}

impl From<AccessList> for AccessLayer {
    fn from(list: AccessList) -> Self {
        Self::new(list)
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access::new(inner, self.clone())
    }
}
