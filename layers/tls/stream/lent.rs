use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
};

/// The plaintext that one write takes, at most.
pub(super) const PLAINTEXT: usize = 64 * 1024;
/// With what TLS adds to four records of 16 KiB, and some more.
const SIZE: usize = PLAINTEXT + 4 * 1024;
/// For TLS in TLS, the inner one is polled while the outer one has one.
const SPARES: usize = 2;

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer that a thread lends to the connection it polls, for no longer than
/// that: one that waits holds none.
pub(super) struct Lent(Vec<u8>);

impl Lent {
    pub(super) fn new() -> Self {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop());
        Self(spare.ok().flatten().unwrap_or_else(|| vec![0; SIZE]))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        // Without a thread to give it back to it is freed.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARES {
                spare.push(buffer);
            }
        });
    }
}

impl Deref for Lent {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}
