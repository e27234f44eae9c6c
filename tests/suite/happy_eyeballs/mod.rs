//! Racing the addresses of a name.

mod scene;
mod table;
