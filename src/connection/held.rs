use crate::registry::Registration;

/// What a connection keeps until it is gone. Costs nothing while empty, one
/// allocation for each value.
#[derive(Default)]
pub(crate) struct Held {
    values: Option<Box<Node<dyn Send + Sync>>>,
    registration: Option<Registration>,
}

struct Node<T: ?Sized> {
    _next: Option<Box<Node<dyn Send + Sync>>>,
    _value: T,
}

impl Held {
    pub(super) fn push<T: Send + Sync + 'static>(&mut self, value: T) {
        let next = self.values.take();
        self.values = Some(Box::new(Node { _next: next, _value: value }));
    }

    /// The first registration has a place of its own: every accepted
    /// connection has one.
    pub(super) fn register(&mut self, registration: Registration) {
        if self.registration.is_none() {
            self.registration = Some(registration);
        } else {
            self.push(registration);
        }
    }
}
