//! What several subjects need.

mod drops;

pub(crate) use self::drops::{Counted, Drops};
