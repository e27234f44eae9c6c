//! What was under way when a deadline above passed.
//!
//! Such a deadline drops what is below it, through any layers. What a race
//! knows by then it leaves behind here, on the thread that drops it.

use std::cell::RefCell;

use super::Attempt;

thread_local! {
    static GIVEN_UP: RefCell<Option<Vec<Attempt>>> = const { RefCell::new(None) };
}

/// The attempts that end, or have failed before, in what this drops.
pub(crate) fn given_up_by(drop: impl FnOnce()) -> Vec<Attempt> {
    let outer = GIVEN_UP.replace(Some(Vec::new()));
    drop();
    GIVEN_UP.replace(outer).unwrap_or_default()
}

/// Leaves attempts behind if anybody asks for them.
#[cfg(feature = "dns")]
pub(crate) fn give_up(attempts: impl FnOnce() -> Vec<Attempt>) {
    let _ = GIVEN_UP.try_with(|given_up| {
        if let Ok(mut given_up) = given_up.try_borrow_mut()
            && let Some(given_up) = given_up.as_mut()
        {
            given_up.append(&mut attempts());
        }
    });
}
