//! One interface for every connection: TCP, TLS and Unix sockets, client and
//! server, as a tower stack.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod error;
mod uri;

pub use self::{
    address::Address,
    error::{Attempt, BoxError, Error, ErrorKind},
};

// The layers stand beside `src` so that the top level shows the architecture.
#[path = "../layers/mod.rs"]
pub mod layers;
