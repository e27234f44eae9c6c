/// What a connection keeps until it is gone. Costs nothing while empty, one
/// allocation for each value.
#[derive(Default)]
pub(crate) struct Held(Option<Box<Node<dyn Send + Sync>>>);

struct Node<T: ?Sized> {
    _next: Held,
    _value: T,
}

impl Held {
    pub(super) fn push<T: Send + Sync + 'static>(&mut self, value: T) {
        let next = std::mem::take(self);
        self.0 = Some(Box::new(Node { _next: next, _value: value }));
    }
}
