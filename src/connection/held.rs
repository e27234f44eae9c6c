/// What a connection keeps until it is gone. Costs nothing while empty, one
/// allocation for each value.
#[derive(Default)]
pub(crate) struct Held(Option<Box<dyn Send + Sync>>);

impl Held {
    pub(super) fn push<T: Send + Sync + 'static>(&mut self, value: T) {
        self.0 = Some(match self.0.take() {
            None => Box::new(value),
            // What came first goes first.
            Some(earlier) => Box::new((earlier, value)),
        });
    }
}
