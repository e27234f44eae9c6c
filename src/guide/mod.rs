//! Coming here from elsewhere.
//!
//! Pages without code: where what you know stands in this crate.

#[doc = include_str!("from_hyper_util.md")]
pub mod from_hyper_util {}
#[doc = include_str!("from_reactphp.md")]
pub mod from_reactphp {}
#[doc = include_str!("from_tls_listener.md")]
pub mod from_tls_listener {}
